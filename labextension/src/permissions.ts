import { Dialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';

import { createButton, createInput, createLabel } from './fields';
import { Form } from './form';
import { BodyDialog } from './formDialog';
import { IAclEntry, Permission, PrincipalKind } from './tokens';

/** What the dialog about a scope's permissions does. */
export interface IAclActions {
  list(): Promise<readonly IAclEntry[]>;
  /** `principal` is a name in full: `group:data-science`. */
  put(principal: string, permission: Permission): Promise<void>;
  remove(principal: string): Promise<void>;
  /** Names in full that one may mean, as far as they are known. */
  suggest(): Promise<readonly string[]>;
}

const PERMISSIONS: readonly Permission[] = ['READ', 'WRITE', 'MANAGE'];
const KINDS: readonly PrincipalKind[] = ['user', 'group', 'service'];

/** Show who may do what in a scope, and change it. */
export async function editPermissions(
  trans: TranslationBundle,
  scope: string,
  actions: IAclActions
): Promise<void> {
  const form = new Form();
  const dialog = new BodyDialog({
    title: trans.__('Permissions on %1', scope),
    body: form,
    buttons: [Dialog.cancelButton({ label: trans.__('Close') })]
  });
  const list = document.createElement('ul');
  list.className = 'jp-Secrets-table';
  form.addParagraph(
    trans.__(
      'READ: list and read secrets. WRITE: store and delete them too. MANAGE: these permissions too.'
    )
  );
  form.addNode(list);

  const attempt = async (work: () => Promise<void>) => {
    form.showError('');
    try {
      await work();
    } catch (error) {
      form.showError((error as Error).message);
    }
  };
  const refresh = async () => {
    const entries = await actions.list();
    list.replaceChildren(
      ...entries.map(entry =>
        entryOf(entry, trans, change => attempt(change), actions, refresh)
      )
    );
  };
  const adder = new Adder(trans, (principal, permission) =>
    attempt(async () => {
      await actions.put(principal, permission);
      adder.clear();
      await refresh();
    })
  );
  form.addNode(adder.node);
  void attempt(refresh);
  actions.suggest().then(
    names => adder.suggest(names),
    () => undefined // it works without
  );
  await dialog.launch();
}

/** An entry of the ACL, with what changes it. */
function entryOf(
  entry: IAclEntry,
  trans: TranslationBundle,
  attempt: (work: () => Promise<void>) => Promise<void>,
  actions: IAclActions,
  refresh: () => Promise<void>
): HTMLElement {
  const item = document.createElement('li');
  const text = document.createElement('span');
  const name = document.createElement('strong');
  const kind = document.createElement('small');
  name.textContent = entry.name;
  kind.textContent = titleOf(entry.kind, trans);
  text.append(name, kind);
  const full = `${entry.kind}:${entry.name}`;
  const select = createSelect(
    PERMISSIONS.map(permission => [permission, permission]),
    entry.permission
  );
  select.setAttribute('aria-label', trans.__('Permission of %1', entry.name));
  select.addEventListener('change', () => {
    void attempt(() => actions.put(full, select.value as Permission))
      // What is there, also where it was refused.
      .then(() => refresh());
  });
  const remove = createButton(trans.__('Remove'), () => {
    void attempt(async () => {
      await actions.remove(full);
      await refresh();
    });
  });
  remove.setAttribute('aria-label', trans.__('Remove %1', entry.name));
  item.append(text, select, remove);
  return item;
}

/** The line below the list that gives somebody a permission. */
class Adder {
  constructor(
    trans: TranslationBundle,
    add: (principal: string, permission: Permission) => Promise<void>
  ) {
    this._kind = createSelect(
      KINDS.map(kind => [kind, titleOf(kind, trans)]),
      'user'
    );
    this._kind.setAttribute('aria-label', trans.__('Kind'));
    this._name = createInput('text');
    this._name.required = false;
    this._name.className = 'jp-mod-styled';
    this._names.id = `${this._name.id}-names`;
    this._name.setAttribute('list', this._names.id);
    this._permission = createSelect(
      PERMISSIONS.map(permission => [permission, permission]),
      'READ'
    );
    this._permission.setAttribute('aria-label', trans.__('Permission'));
    const submit = () => {
      const name = this._name.value.trim();
      if (name) {
        const permission = this._permission.value as Permission;
        void add(`${this._kind.value}:${name}`, permission);
      } else {
        this._name.focus();
      }
    };
    this._name.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        event.preventDefault();
        event.stopPropagation();
        submit();
      }
    });
    this._kind.addEventListener('change', () => this._fill());
    const line = document.createElement('div');
    line.className = 'jp-Secrets-adder';
    const button = createButton(trans.__('Add'), submit);
    line.append(this._kind, this._name, this._permission, button);
    this.node.append(
      createLabel(trans.__('Give a permission to'), this._name),
      line,
      this._names
    );
  }

  readonly node = document.createElement('div');

  clear(): void {
    this._name.value = '';
  }

  /** Offer names of the chosen kind. */
  suggest(names: readonly string[]): void {
    this._known = names;
    this._fill();
  }

  private _fill(): void {
    const prefix = `${this._kind.value}:`;
    this._names.replaceChildren(
      ...this._known
        .filter(name => name.startsWith(prefix))
        .map(name => new Option(name.slice(prefix.length)))
    );
  }

  private readonly _kind: HTMLSelectElement;
  private _known: readonly string[] = [];
  private readonly _name: HTMLInputElement;
  private readonly _names = document.createElement('datalist');
  private readonly _permission: HTMLSelectElement;
}

function titleOf(kind: PrincipalKind, trans: TranslationBundle): string {
  switch (kind) {
    case 'user':
      return trans.__('User');
    case 'group':
      return trans.__('Group');
    case 'service':
      return trans.__('Service principal');
  }
}

function createSelect(
  choices: readonly (readonly [value: string, label: string])[],
  chosen: string
): HTMLSelectElement {
  const select = document.createElement('select');
  select.className = 'jp-Secrets-choice';
  select.append(
    ...choices.map(
      ([value, label]) =>
        new Option(label, value, value === chosen, value === chosen)
    )
  );
  return select;
}
