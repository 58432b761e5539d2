import { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';
import { Poll } from '@lumino/polling';

import { RecoveryReminder } from './reminder';
import { IScopeEntry, ScopeList } from './scopes';
import {
  FailureKind,
  IDetails,
  ISecretsClient,
  ISelection,
  isSameName,
  IStatus,
  SecretsError
} from './tokens';

/** How long a row says that its code was copied, in milliseconds. */
const COPIED_TIME = 2000;

/** How often to look whether the store is back, in milliseconds. */
const RECOVERY_INTERVAL = 5000;

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
    this._recovery = new Poll({
      auto: false,
      factory: () => this._recover(),
      frequency: { interval: RECOVERY_INTERVAL, backoff: false },
      name: 'jupyter-secrets:recovery',
      standby: 'when-hidden'
    });
  }

  /** Whether to tell people to make a recovery key. */
  readonly reminder: RecoveryReminder;

  /** The scopes that match the filter, or null before the first answer. */
  get scopes(): readonly IScopeEntry[] | null {
    return this._list.shown;
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

  /** The secret whose code was copied a moment ago. */
  get copied(): ISelection | null {
    return this._copied;
  }

  /** Refresh now, and keep looking while something is in the way that may pass. */
  resume(): void {
    this._isActive = true;
    void this.refresh();
  }

  /** Ask the server for nothing more until `resume`. */
  pause(): void {
    this._isActive = false;
    void this._recovery.stop();
  }

  /** List the scopes again, and the secrets of those that are open. */
  async refresh(): Promise<void> {
    await this._list.refresh();
    if (!this.failure) {
      // Whatever is wrong is told by the list.
      void this._askStatus().catch(() => undefined);
    }
  }

  /** Every scope's name, whether or not the sidebar was ever open; null if they cannot be had. */
  async scopeNames(): Promise<readonly string[] | null> {
    if (!this._list.names || this.failure) {
      await this.refresh();
    }
    return this.failure ? null : this._list.names;
  }

  /** The scope after this one in the list, or before it if it is the last. */
  neighbour(scope: string): ISelection | null {
    const shown = this.scopes ?? [];
    const index = shown.findIndex(entry => entry.name === scope);
    const next = shown[index + 1] ?? shown[index - 1];
    return next ? { scope: next.name } : null;
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

  /** Whether this row is to take the keyboard now. True once for each `focus`. */
  consumeFocus(row: ISelection): boolean {
    const takes = this._wantsFocus && isSame(row, this._selection);
    if (takes) {
      this._wantsFocus = false;
    }
    return takes;
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

  /** Say for a moment that the code of this secret was copied. */
  markCopied(secret: ISelection): void {
    window.clearTimeout(this._copiedTimer);
    this._copied = secret;
    this._copiedTimer = window.setTimeout(() => {
      this._copied = null;
      this.stateChanged.emit();
    }, COPIED_TIME);
    this.stateChanged.emit();
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
    value: string
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
    value: string,
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
      await this._recover();
      throw error;
    }
    await this.refresh();
    const first = this.scopes?.[0];
    this.focus(this._selection ?? (first ? { scope: first.name } : null));
  }

  dispose(): void {
    window.clearTimeout(this._copiedTimer);
    this._recovery.dispose();
    this._list.dispose();
    this.reminder.dispose();
    super.dispose();
  }

  private _onListChanged(): void {
    const { failure } = this._list;
    if (failure?.kind !== 'locked') {
      this._wantsUnlock = false;
    }
    if (failure !== this._watched) {
      this._watched = failure;
      this._watch(failure);
    }
    this.stateChanged.emit();
  }

  /** Keep looking while what is in the way may pass. */
  private _watch(failure: SecretsError | null): void {
    const mayPass =
      failure?.kind === 'locked' || failure?.kind === 'noConnection';
    if (mayPass && this._isActive) {
      void this._recovery.start();
    } else {
      void this._recovery.stop();
    }
  }

  /** Whatever stood in the way may be gone: ask what costs no audit record. */
  private async _recover(): Promise<void> {
    const now = await this._askStatus().then(
      status => status.state,
      (error: SecretsError) => error.kind
    );
    if (now !== this.failure?.kind) {
      await this.refresh();
    }
  }

  private async _askStatus(): Promise<IStatus> {
    const status = await this._client.status();
    this._status = status;
    this.reminder.look(status);
    this.stateChanged.emit();
    return status;
  }

  private _copied: ISelection | null = null;
  private _copiedTimer = 0;
  private _isActive = false;
  private readonly _list: ScopeList;
  private readonly _recovery: Poll;
  private _selection: ISelection | null = null;
  private _status: IStatus | null = null;
  private _wantsFocus = false;
  private _wantsUnlock = false;
  /** The failure that `_recovery` was last started or stopped for. */
  private _watched: SecretsError | null = null;
}

function isSame(one: ISelection | null, other: ISelection | null): boolean {
  return one?.scope === other?.scope && one?.key === other?.key;
}
