import { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';
import { Poll } from '@lumino/polling';

import { Confirmation } from './confirmation';
import { RecoveryReminder } from './reminder';
import { Reveal } from './reveal';
import { IScopeEntry, ScopeList } from './scopes';
import {
  allows,
  FailureKind,
  IDetails,
  ISecretsClient,
  ISelection,
  isSameName,
  IStatus,
  Permission,
  SecretsError,
  Value
} from './tokens';
import { idOf, Row, selectionOf, toRows } from './tree';

/** How often to look whether the store has changed, in milliseconds. */
const LOOK_INTERVAL = 1500;

/** What the sidebar shows: names and dates, never a value. */
export class SecretsModel extends VDomModel {
  constructor(
    private readonly _client: ISecretsClient,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this._list = new ScopeList(_client);
    this._list.changed.connect(this._onListChanged, this);
    this.reminder = new RecoveryReminder();
    this.reminder.changed.connect(() => this.stateChanged.emit());
    this.reveal.changed.connect(() => this.stateChanged.emit());
    this.confirmation.changed.connect(() => this.stateChanged.emit());
    this._looking = new Poll({
      auto: false,
      factory: () => this._look(),
      frequency: { interval: LOOK_INTERVAL, backoff: false },
      name: 'jupyter-secrets:changes',
      standby: 'when-hidden'
    });
  }

  /** Whether to tell people to make a recovery key. */
  readonly reminder: RecoveryReminder;

  /** What was done with a secret a moment ago. */
  readonly confirmation = new Confirmation();

  /** The value that is shown now, if any. */
  readonly reveal = new Reveal();

  /** The scopes that match the filter, or null before the first answer. */
  get scopes(): readonly IScopeEntry[] | null {
    return this._list.shown;
  }

  /** The lines of the list. */
  get rows(): readonly Row[] {
    const { shown } = this._list;
    if (shown !== this._rowsOf) {
      this._rowsOf = shown;
      this._rows = toRows(shown ?? []);
    }
    return this._rows;
  }

  /** Whether there is no scope at all, whatever the filter. */
  get isEmpty(): boolean {
    return this._list.names?.length === 0;
  }

  /** Why the list could not be had, or null. */
  get failure(): SecretsError | null {
    return this._list.failure;
  }

  /** Why nothing can be added now, or null: a lock that we may open is no obstacle. */
  get obstacle(): FailureKind | null {
    const kind = this.failure?.kind ?? null;
    return kind === 'locked' && this.isAdmin ? null : kind;
  }

  /** How the store was doing when the server was last asked, or null before. */
  get status(): IStatus | null {
    return this._status;
  }

  /** Whether we may lock and unlock the store, as far as we know: the server decides. */
  get isAdmin(): boolean {
    return this._status?.isAdmin ?? true;
  }

  /** Whether an answer is on its way. */
  get isBusy(): boolean {
    return this._list.isBusy;
  }

  /** What to look for in the names of scopes and keys. */
  get query(): string {
    return this._list.query;
  }
  set query(query: string) {
    this._list.query = query;
  }

  /** The row that commands act on. */
  get selection(): ISelection | null {
    return this._selection;
  }

  /** Refresh now, and follow what changes, whoever changes it. */
  resume(): void {
    void this.refresh();
    void this._looking.start();
  }

  /** Ask the server for nothing more until `resume`. */
  pause(): void {
    this.reveal.hide();
    void this._looking.stop();
  }

  /** List the scopes again, and the secrets of those that are open. */
  async refresh(): Promise<void> {
    // Asked first: what changes while the list is on its way has another revision than this one.
    // Whatever is wrong is told by the list.
    await this._askStatus().catch(() => undefined);
    await this._list.refresh();
  }

  /** Whether we have a permission in a scope, as far as we know: the server decides. */
  may(permission: Permission, scope: string): boolean {
    const entry = this._list.entry(scope);
    return !entry || allows(entry.permission, permission);
  }

  /** The scope of that name as it was listed, or null. */
  scope(scope: string): IScopeEntry | null {
    return this._list.entry(scope);
  }

  /** Every scope's name, whether or not the sidebar was ever open; null if they cannot be had. */
  async scopeNames(): Promise<readonly string[] | null> {
    if (!this._list.names || this.failure) {
      await this.refresh();
    }
    return this.failure ? null : this._list.names;
  }

  /** What is after this in the list, or before it if it is the last: where to go when it goes. */
  neighbour(gone: ISelection): ISelection | null {
    const siblings: ISelection[] = gone.key
      ? (this.scope(gone.scope)?.secrets ?? []).map(({ key }) => ({
          scope: gone.scope,
          key
        }))
      : (this.scopes ?? []).map(({ name }) => ({ scope: name }));
    const index = siblings.findIndex(other => isSame(other, gone));
    const parent = gone.key ? { scope: gone.scope } : null;
    return siblings[index + 1] ?? siblings[index - 1] ?? parent;
  }

  select(selection: ISelection | null): void {
    if (!isSame(selection, this._selection)) {
      this._selection = selection;
      this.stateChanged.emit();
    }
  }

  /** What is said about a secret of the list, or null if it was not listed. */
  detailsOf(secret: ISelection): IDetails | null {
    return this._list.find(secret)?.details ?? null;
  }

  /** The version of a secret's value as it was listed, if it was. */
  versionOf(secret: ISelection): number | undefined {
    return this._list.find(secret)?.version;
  }

  /** Select a row and give it the keyboard as soon as it is there. */
  focus(selection: ISelection | null): void {
    this._wantsFocus = true;
    this._selection = selection;
    this.stateChanged.emit();
  }

  /** Whether the selected row is to take the keyboard, and has not yet. */
  get isFocusWanted(): boolean {
    return this._wantsFocus;
  }

  /** Whether this row is to take the keyboard now. True once for each `focus`. */
  consumeFocus(row: ISelection): boolean {
    const takes = this._wantsFocus && isSame(row, this._selection);
    if (takes) {
      this._wantsFocus = false;
    }
    return takes;
  }

  /** Give the keyboard to the selected row, or else to the first; to the form that unlocks. */
  focusAny(): void {
    const first = this.scopes?.[0];
    this._wantsAny = !this.scopes && !this.failure;
    if (this.failure?.kind === 'locked') {
      this.focusUnlock();
    } else if (first) {
      const isShown = this.rows.some(row =>
        isSame(selectionOf(row), this._selection)
      );
      this.focus(isShown ? this._selection : { scope: first.name });
    }
  }

  /** Give the keyboard to the form that unlocks the store as soon as it is there. */
  focusUnlock(): void {
    this._wantsUnlock = true;
    this.stateChanged.emit();
  }

  /** Whether the form that unlocks the store is to take the keyboard now. True once. */
  consumeUnlockFocus(): boolean {
    const takes = this._wantsUnlock;
    this._wantsUnlock = false;
    return takes;
  }

  /** Open or close a scope. */
  async setExpanded(scope: string, expanded: boolean): Promise<void> {
    await this._list.setExpanded(scope, expanded);
  }

  async createScope(scope: string): Promise<void> {
    await this._client.createScope(scope);
    await this.refresh();
    await this.setExpanded(scope, true);
  }

  async deleteScope(scope: string): Promise<void> {
    await this._client.deleteScope(scope);
    await this.refresh();
  }

  /** Add a secret under a key that is not taken yet; like `replaceValue`. */
  async addSecret(
    scope: string,
    key: string,
    value: Value
  ): Promise<string | null> {
    // A typo must not cost somebody's secret.
    const secrets = await this._client.listSecrets(scope);
    if (secrets.some(secret => isSameName(secret.key, key))) {
      throw new SecretsError(
        'refused',
        this._trans.__(
          'The scope %1 already has a key %2: choose another name, or replace its value.',
          scope,
          key
        )
      );
    }
    return this.replaceValue(scope, key, value, 0);
  }

  /**
   * Store a value in place of a version, if one is known; return why it is not fully redacted, to be
   * shown after its name, or null.
   */
  async replaceValue(
    scope: string,
    key: string,
    value: Value,
    version?: number
  ): Promise<string | null> {
    try {
      return await this._client.putSecret(scope, key, value, version);
    } finally {
      await this.setExpanded(scope, true); // also what somebody else stored meanwhile
    }
  }

  /** Change a secret's comment, expiry and sensitivity; its value stays. */
  async updateSecret(
    scope: string,
    key: string,
    change: Partial<IDetails>
  ): Promise<void> {
    await this._client.updateSecret(scope, key, change);
    await this._list.load(scope);
  }

  async deleteSecret(scope: string, key: string): Promise<void> {
    await this._client.deleteSecret(scope, key);
    await this._list.load(scope);
  }

  /** Undo a deletion; or make the value of a version the newest one again. */
  async restoreSecret(
    scope: string,
    key: string,
    version?: number
  ): Promise<void> {
    await this._client.restoreSecret(scope, key, version);
    await this.setExpanded(scope, true);
  }

  /** Make the server forget the store's keys. */
  async lock(): Promise<void> {
    await this._client.lock();
    await this.refresh();
  }

  /** Open the store, with a passphrase if one was typed, and go to the list. */
  async unlock(passphrase: string): Promise<void> {
    try {
      await this._client.unlock(passphrase || undefined);
    } catch (error) {
      // Another thing may be in the way than before: a key file that is missing.
      await this._look();
      throw error;
    }
    await this.refresh();
    const first = this.scopes?.[0];
    this.focus(this._selection ?? (first ? { scope: first.name } : null));
  }

  dispose(): void {
    this.confirmation.dispose();
    this._looking.dispose();
    this._list.dispose();
    this.reveal.dispose();
    this.reminder.dispose();
    super.dispose();
  }

  private _onListChanged(): void {
    if (this._list.failure?.kind !== 'locked') {
      this._wantsUnlock = false;
    }
    if (this._wantsAny) {
      this.focusAny();
    }
    this.stateChanged.emit();
  }

  /** Refresh if the store has changed, or what stood in the way: it costs no audit record. */
  private async _look(): Promise<void> {
    const before = this._seen;
    const status = await this._askStatus().catch(() => null);
    const kind = this.failure?.kind;
    const isBack =
      status?.state === 'ready' &&
      (kind === 'locked' || kind === 'noConnection');
    if ((isBack || this._seen !== before) && !this.isBusy) {
      await this._list.refresh();
    }
  }

  private async _askStatus(): Promise<IStatus> {
    try {
      const status = await this._client.status();
      this._status = status;
      this._seen = `${status.state} ${status.revision}`;
      this.reminder.look(status);
      this.stateChanged.emit();
      return status;
    } catch (error) {
      this._seen = (error as SecretsError).kind;
      throw error;
    }
  }

  private readonly _list: ScopeList;
  private readonly _looking: Poll;
  /** The state of the store that was seen last, or why it was not. */
  private _seen = '';
  private _rows: readonly Row[] = [];
  private _rowsOf: readonly IScopeEntry[] | null = null;
  private _selection: ISelection | null = null;
  private _status: IStatus | null = null;
  /** Whether the keyboard is to go to the list once it is there. */
  private _wantsAny = false;
  private _wantsFocus = false;
  private _wantsUnlock = false;
}

function isSame(one: ISelection | null, other: ISelection | null): boolean {
  return one === other || (!!one && !!other && idOf(one) === idOf(other));
}
