import { DOMUtils } from '@jupyterlab/apputils';
import { Time } from '@jupyterlab/coreutils';
import { TranslationBundle } from '@jupyterlab/translation';
import {
  addIcon,
  caretDownIcon,
  caretRightIcon,
  copyIcon,
  deleteIcon,
  editIcon,
  LabIcon
} from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { IRemark, annotations } from './details';
import { detailsIcon, keyIcon } from './icons';
import { SecretsModel } from './model';
import { IScopeEntry } from './scopes';
import { CommandIDs, getCode, ISecret, ISelection } from './tokens';

/** What the parts of the list share. */
export interface IContext {
  readonly model: SecretsModel;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** A scope, and its secrets if it is open. */
export function ScopeItem(
  props: IContext & { entry: IScopeEntry }
): JSX.Element {
  const { commands, entry, model, trans } = props;
  const { name, expanded, secrets } = entry;
  const args = { scope: name };
  const Caret = (expanded ? caretDownIcon : caretRightIcon).react;
  return (
    <li>
      <Row
        {...props}
        row={args}
        kind="jp-mod-scope"
        name={name}
        title={name}
        icon={<Caret tag="span" className="jp-Secrets-icon" />}
        note={secrets && !model.query ? String(secrets.length) : ''}
        expanded={expanded}
        onClick={() => void model.setExpanded(name, !expanded)}
      >
        <Action
          icon={addIcon}
          label={trans.__('Add a secret to %1', name)}
          onClick={() => void commands.execute(CommandIDs.addSecret, args)}
        />
        <Action
          icon={deleteIcon}
          label={trans.__('Delete the scope %1', name)}
          onClick={() => void commands.execute(CommandIDs.deleteScope, args)}
        />
      </Row>
      {expanded && <Secrets {...props} />}
    </li>
  );
}

function Secrets(props: IContext & { entry: IScopeEntry }): JSX.Element {
  const { entry, trans } = props;
  if (entry.failure) {
    return (
      <p className="jp-Secrets-note jp-mod-nested" role="alert">
        {entry.failure.message}
      </p>
    );
  }
  if (!entry.secrets?.length) {
    return (
      <p className="jp-Secrets-note jp-mod-nested" role="status">
        {entry.secrets
          ? trans.__('No secrets in it yet.')
          : trans.__('Loading…')}
      </p>
    );
  }
  return (
    <ul
      className="jp-Secrets-list"
      aria-label={trans.__('Secrets in %1', entry.name)}
    >
      {entry.secrets.map(secret => (
        <SecretItem
          {...props}
          key={secret.key}
          scope={entry.name}
          secret={secret}
        />
      ))}
    </ul>
  );
}

function SecretItem(
  props: IContext & { scope: string; secret: ISecret }
): JSX.Element {
  const { commands, model, scope, secret, trans } = props;
  const args = { scope, key: secret.key };
  const copy = () => void commands.execute(CommandIDs.copyCode, args);
  const { copied } = model;
  const isCopied = copied?.scope === scope && copied.key === secret.key;
  return (
    <li>
      <Row
        {...props}
        row={args}
        kind="jp-mod-secret"
        name={secret.key}
        title={trans.__('Copy %1', getCode(scope, secret.key))}
        icon={<keyIcon.react tag="span" className="jp-Secrets-icon" />}
        isCopied={isCopied}
        note={isCopied ? trans.__('Copied') : Time.formatHuman(secret.updated)}
        about={annotations(secret.details, trans)}
        onClick={copy}
      >
        <Action
          icon={copyIcon}
          label={trans.__('Copy the code that gets %1', secret.key)}
          onClick={copy}
        />
        <Action
          icon={detailsIcon}
          label={trans.__('Edit the details of %1', secret.key)}
          onClick={() => void commands.execute(CommandIDs.editDetails, args)}
        />
        <Action
          icon={editIcon}
          label={trans.__('Replace the value of %1', secret.key)}
          onClick={() => void commands.execute(CommandIDs.replaceValue, args)}
        />
        <Action
          icon={deleteIcon}
          label={trans.__('Delete the secret %1', secret.key)}
          onClick={() => void commands.execute(CommandIDs.deleteSecret, args)}
        />
      </Row>
    </li>
  );
}

/** A button with what there is to know about a row, and the row's actions. */
function Row(props: {
  readonly model: SecretsModel;
  readonly row: ISelection;
  readonly kind: 'jp-mod-scope' | 'jp-mod-secret';
  readonly icon: JSX.Element;
  readonly name: string;
  readonly note: string;
  readonly about?: readonly IRemark[];
  readonly isCopied?: boolean;
  readonly title: string;
  readonly expanded?: boolean;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}): JSX.Element {
  const { model, row } = props;
  const button = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => {
    if (model.consumeFocus(row)) {
      button.current?.focus();
    }
  });
  const [aboutId] = React.useState(() => DOMUtils.createDomID());
  const hasAbout = !!props.about?.length;
  const { selection } = model;
  const isSelected =
    selection?.scope === row.scope && selection.key === row.key;
  const select = () => model.select(row);
  return (
    <div
      className={`jp-Secrets-row ${props.kind}${isSelected ? ' jp-mod-selected' : ''}`}
      onFocus={event => {
        select();
        showWhole(event.currentTarget, event.target);
      }}
      onPointerDown={select}
    >
      <button
        ref={button}
        className="jp-Secrets-main"
        title={props.title}
        aria-expanded={props.expanded}
        aria-describedby={hasAbout ? aboutId : undefined}
        onClick={props.onClick}
      >
        {props.icon}
        <span className="jp-Secrets-name">{props.name}</span>
        <span
          className={`jp-Secrets-detail${props.isCopied ? ' jp-mod-copied' : ''}`}
        >
          {props.note}
        </span>
      </button>
      <span className="jp-Secrets-actions">{props.children}</span>
      {hasAbout && <Remarks id={aboutId} remarks={props.about!} />}
    </div>
  );
}

/**
 * Bring a row that the keyboard came to into view, with what is said below its button.
 *
 * Not one that the mouse came to: it must not move away from under the pointer.
 */
function showWhole(row: HTMLElement, focused: HTMLElement): void {
  if (focused.matches(':focus-visible')) {
    row.scrollIntoView({ block: 'nearest' });
  }
}

/** The line below a row's button. */
function Remarks(props: {
  readonly id: string;
  readonly remarks: readonly IRemark[];
}): JSX.Element {
  const { id, remarks } = props;
  return (
    <div
      id={id}
      className="jp-Secrets-about"
      title={remarks.map(remark => remark.text).join(' · ')}
    >
      {remarks.map(({ text, isWarning }, index) => (
        <React.Fragment key={index}>
          {index > 0 && ' · '}
          {isWarning ? <strong>{text}</strong> : text}
        </React.Fragment>
      ))}
    </div>
  );
}

/** A button that shows only an icon. */
export function Action(props: {
  readonly icon: LabIcon;
  readonly label: string;
  readonly onClick: () => void;
}): JSX.Element {
  return (
    <button
      className="jp-Secrets-action"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" />
    </button>
  );
}

/**
 * Up, down, Home and End go from row to row; right and left open and close a scope, as in a tree.
 */
export function moveWithKeys(
  event: React.KeyboardEvent<HTMLElement>,
  model: SecretsModel
): void {
  const { selection } = model;
  const rows = Array.from(
    event.currentTarget.querySelectorAll<HTMLElement>('.jp-Secrets-main')
  );
  const current = (event.target as HTMLElement)
    .closest('.jp-Secrets-row')
    ?.querySelector<HTMLElement>('.jp-Secrets-main');
  const index = current ? rows.indexOf(current) : -1;
  if (!selection || index === -1) {
    return;
  }
  switch (event.key) {
    case 'ArrowDown':
      rows[index + 1]?.focus();
      break;
    case 'ArrowUp':
      rows[index - 1]?.focus();
      break;
    case 'Home':
      rows[0].focus();
      break;
    case 'End':
      rows[rows.length - 1].focus();
      break;
    case 'ArrowRight':
      void model.setExpanded(selection.scope, true);
      break;
    case 'ArrowLeft':
      if (selection.key) {
        model.focus({ scope: selection.scope });
      } else {
        void model.setExpanded(selection.scope, false);
      }
      break;
    default:
      return;
  }
  event.preventDefault();
  event.stopPropagation();
}
