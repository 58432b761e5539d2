import { Time } from '@jupyterlab/coreutils';
import { TranslationBundle } from '@jupyterlab/translation';
import {
  addIcon,
  caretDownIcon,
  caretRightIcon,
  copyIcon,
  ellipsesIcon,
  LabIcon
} from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { annotations, IAnnotation } from './details';
import { insertIcon, keyIcon, noAccessIcon } from './icons';
import { SecretsModel } from './model';
import { REVEAL_TIME } from './reveal';
import { CommandIDs, getCode } from './tokens';
import { INoteRow, IScopeRow, ISecretRow, Row, selectionOf } from './tree';

/** What the parts of the list share. */
export interface IContext {
  readonly model: SecretsModel;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  /** Open the menu of what can be done with the selected row, below an element. */
  readonly openMenu: (below: HTMLElement) => void;
}

/** What the list gives each row: the ids of what names it, and whether it is in use. */
interface IRowProps<R extends Row> extends IContext {
  readonly row: R;
  readonly id: string;
}

/** A row of the list, whatever it is about. */
export function RowContent(props: IRowProps<Row>): JSX.Element {
  const { row } = props;
  switch (row.kind) {
    case 'scope':
      return <ScopeContent {...props} row={row} />;
    case 'secret':
      return <SecretContent {...props} row={row} />;
    case 'note':
      return <NoteContent {...props} row={row} />;
  }
}

function ScopeContent(props: IRowProps<IScopeRow>): JSX.Element {
  const { commands, id, model, row, trans } = props;
  const { name, expanded, permission } = row.scope;
  const Caret = (expanded ? caretDownIcon : caretRightIcon).react;
  return (
    <>
      <div className="jp-Secrets-main">
        <Caret tag="span" className="jp-Secrets-icon" />
        <span id={`${id}-name`} className="jp-Secrets-name" title={name}>
          {name}
        </span>
        <span id={`${id}-note`} className="jp-Secrets-detail">
          {scopeNote(row, trans)}
        </span>
        {permission === null && (
          <noAccessIcon.react tag="span" className="jp-Secrets-icon" />
        )}
      </div>
      <span className="jp-Secrets-actions">
        {model.may('WRITE', name) && (
          <Action
            icon={addIcon}
            label={trans.__('Add a secret to %1', name)}
            onClick={() =>
              void commands.execute(CommandIDs.addSecret, { scope: name })
            }
          />
        )}
        <More {...props} name={name} />
      </span>
    </>
  );
}

function SecretContent(props: IRowProps<ISecretRow>): JSX.Element {
  const { commands, id, model, row, trans } = props;
  const { secret } = row;
  const args = { ...selectionOf(row)! };
  const confirmed = model.confirmation.of(args);
  const items = annotations(secret.details, trans);
  return (
    <>
      <div className="jp-Secrets-main">
        <keyIcon.react tag="span" className="jp-Secrets-icon" />
        <span id={`${id}-name`} className="jp-Secrets-name" title={secret.key}>
          {secret.key}
        </span>
        <span
          id={`${id}-note`}
          className={`jp-Secrets-detail${confirmed ? ' jp-mod-confirmed' : ''}`}
          title={trans.__(
            'Version %1, stored by %2 on %3',
            String(secret.version),
            secret.updatedBy,
            Time.format(secret.updated)
          )}
        >
          {confirmed ?? Time.formatHuman(secret.updated)}
        </span>
      </div>
      <span className="jp-Secrets-actions">
        <Action
          icon={insertIcon}
          label={trans.__('Insert the call that gets %1', secret.key)}
          isDisabled={!commands.isEnabled(CommandIDs.insertCode, args)}
          disabledLabel={trans.__(
            'Insert the call that gets %1 (select a code cell first)',
            secret.key
          )}
          onClick={() => void commands.execute(CommandIDs.insertCode, args)}
        />
        <Action
          icon={copyIcon}
          label={trans.__('Copy the call that gets %1', secret.key)}
          onClick={() => void commands.execute(CommandIDs.copyCode, args)}
        />
        <More {...props} name={secret.key} />
      </span>
      {items.length > 0 && <Annotations id={`${id}-about`} items={items} />}
      {model.reveal.isOf(args) && <Revealed {...props} />}
    </>
  );
}

/** What is said below an open scope without secrets. */
function NoteContent({ row, trans }: IRowProps<INoteRow>): JSX.Element {
  return (
    <p
      className={`jp-Secrets-note jp-mod-nested${row.scope.failure ? ' jp-mod-error' : ''}`}
    >
      {noteIn(row, trans)}
    </p>
  );
}

function noteIn({ scope }: INoteRow, trans: TranslationBundle): string {
  if (scope.failure) {
    return scope.failure.message;
  }
  if (scope.permission === null) {
    return trans.__(
      'You have no permission in it. Ask whoever manages the scope for READ.'
    );
  }
  return scope.secrets
    ? trans.__('No secrets in it yet.')
    : trans.__('Loading…');
}

/** How many secrets a scope has; and what we may do there, if that is not all. */
function scopeNote({ scope }: IScopeRow, trans: TranslationBundle): string {
  const { count, permission } = scope;
  switch (permission) {
    case null:
      return trans.__('no access');
    case 'READ':
      return trans.__('read only · %1', String(count));
    default:
      return String(count);
  }
}

/** The value of a secret, for a moment. */
function Revealed({ model, row, trans }: IRowProps<ISecretRow>): JSX.Element {
  const value = React.useRef<HTMLElement>(null);
  React.useLayoutEffect(
    () =>
      model.reveal.writeInto(
        value.current!,
        trans.__(
          'The value is not text. Copy the call, and read it in a notebook.'
        )
      ),
    []
  );
  return (
    <div className="jp-Secrets-revealed">
      <code
        ref={value}
        tabIndex={-1}
        aria-label={trans.__('The value of %1', row.secret.key)}
        onPointerDown={event => event.stopPropagation()}
      />
      <div
        className="jp-Secrets-countdown"
        style={{ animationDuration: `${REVEAL_TIME}ms` }}
      />
    </div>
  );
}

function More(props: IContext & { row: Row; name: string }): JSX.Element {
  const { model, name, openMenu, row, trans } = props;
  return (
    <Action
      icon={ellipsesIcon}
      label={trans.__('More for %1', name)}
      hasMenu
      onClick={event => {
        model.select(selectionOf(row));
        openMenu(event.currentTarget);
      }}
    />
  );
}

/** The lines below a secret's name. */
function Annotations(props: {
  readonly id: string;
  readonly items: readonly IAnnotation[];
}): JSX.Element {
  const { id, items } = props;
  return (
    <div
      id={id}
      className="jp-Secrets-about"
      title={items.map(each => each.text).join(' · ')}
    >
      {items.map(({ text, isWarning }, index) => (
        <React.Fragment key={index}>
          {index > 0 && ' · '}
          {isWarning ? <strong>{text}</strong> : text}
        </React.Fragment>
      ))}
    </div>
  );
}

/**
 * A button that shows only an icon.
 *
 * It is no stop of Tab, for the list is one: what it does the row's menu and its keys do too.
 */
export function Action(props: {
  readonly icon: LabIcon;
  readonly label: string;
  readonly onClick: (event: React.MouseEvent<HTMLElement>) => void;
  readonly isDisabled?: boolean;
  readonly disabledLabel?: string;
  readonly hasMenu?: boolean;
  readonly isTabStop?: boolean;
}): JSX.Element {
  const { isDisabled = false, label } = props;
  const text = isDisabled ? (props.disabledLabel ?? label) : label;
  return (
    <button
      className="jp-Secrets-action"
      aria-label={text}
      title={text}
      aria-disabled={isDisabled || undefined}
      aria-haspopup={props.hasMenu ? 'menu' : undefined}
      tabIndex={props.isTabStop ? 0 : -1}
      onClick={event => {
        event.stopPropagation();
        if (!isDisabled) {
          props.onClick(event);
        }
      }}
    >
      <props.icon.react tag="span" />
    </button>
  );
}

/** The text that a secret's row gives to whatever it is dropped on: the call that gets it. */
export function draggedText(row: Row): string | null {
  return row.kind === 'secret' ? getCode(row.scope.name, row.secret.key) : null;
}
