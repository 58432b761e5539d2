import { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel } from '@jupyterlab/ui-components';
import { Poll } from '@lumino/polling';

import {
  ISecret,
  ISecretsClient,
  ISelection,
  isSameName,
  SecretsError
} from './tokens';

/** How long a row says that its code was copied, in milliseconds. */
const COPIED_TIME = 2000;

/** How often to look whether the store is back, in milliseconds. */
const RECOVERY_INTERVAL = 5000;

/** A scope in the list. Its secrets are null until somebody looked inside. */
export interface IScopeEntry {
  readonly name: string;
  readonly expanded: boolean;
  readonly secrets: readonly ISecret[] | null;
  readonly failure: SecretsError | null;
}

/** What the sidebar shows: names and dates, never a value. */
export class SecretsModel extends VDomModel {
  constructor(
    private readonly _client: ISecretsClient,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this._recovery = new Poll({
      auto: false,
      factory: () => this._recover(),
      frequency: { interval: RECOVERY_INTERVAL, backoff: false },
      name: 'jupyter-secrets:recovery',
      standby: 'when-hidden'
    });
  }

  /** The scopes that match the filter, or null before the first answer. */
  get scopes(): readonly IScopeEntry[] | null {
    const { _entries: entries, _query: query } = this;
    return entries && query ? entries.flatMap(e => match(e, query)) : entries;
  }

  /** Whether there is no scope at all, whatever the filter. */
  get isEmpty(): boolean {
    return this._entries?.length === 0;
  }

  /** Why the list could not be had, or null. */
  get failure(): SecretsError | null {
    return this._failure;
  }

  /** Whether an answer is on its way. */
  get isBusy(): boolean {
    return this._pending > 0;
  }

  /** What to look for in the names of scopes and keys. */
  get query(): string {
    return this._query;
  }
  set query(query: string) {
    this._query = query.trim().toLowerCase();
    this.stateChanged.emit();
    if (this._query) {
      void this._loadUnknown();
    }
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
    const generation = ++this._generation;
    await this._track(async () => {
      try {
        const scopes = await this._client.listScopes();
        if (generation === this._generation) {
          this._setScopes(scopes.map(scope => scope.name));
        }
      } catch (error) {
        if (generation === this._generation) {
          this._fail(error as SecretsError);
        }
        return;
      }
      await this._loadShown();
    });
  }

  /** Every scope's name, whether or not the sidebar was ever open. */
  async scopeNames(): Promise<readonly string[]> {
    if (!this._entries || this._failure) {
      await this.refresh();
    }
    return this._failure ? [] : (this._entries ?? []).map(entry => entry.name);
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

  /** Select a row and give it the keyboard as soon as it is there. */
  focus(selection: ISelection | null): void {
    this._wantsFocus = true;
    this._selection = selection;
    this.stateChanged.emit();
  }

  /** Whether this row is to take the keyboard now. True once for each `focus`. */
  takeFocus(row: ISelection): boolean {
    const takes = this._wantsFocus && isSame(row, this._selection);
    if (takes) {
      this._wantsFocus = false;
    }
    return takes;
  }

  /** Open or close a scope. */
  async setExpanded(scope: string, expanded: boolean): Promise<void> {
    this._update(scope, { expanded });
    if (expanded) {
      await this._load(scope);
    }
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

  /** Add a secret under a key that is not taken yet. */
  async addSecret(scope: string, key: string, value: string): Promise<void> {
    // The server's put replaces silently: a typo must not cost somebody's secret.
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
    await this.replaceValue(scope, key, value);
  }

  async replaceValue(scope: string, key: string, value: string): Promise<void> {
    await this._client.putSecret(scope, key, value);
    await this.setExpanded(scope, true);
  }

  async deleteSecret(scope: string, key: string): Promise<void> {
    await this._client.deleteSecret(scope, key);
    await this._load(scope);
  }

  dispose(): void {
    window.clearTimeout(this._copiedTimer);
    this._recovery.dispose();
    super.dispose();
  }

  /** Whatever stood in the way may be gone: ask what costs no audit record. */
  private async _recover(): Promise<void> {
    const now = await this._client.status().then(
      status => status.state,
      (error: SecretsError) => error.kind
    );
    if (now !== this._failure?.kind) {
      await this.refresh();
    }
  }

  private _setScopes(names: readonly string[]): void {
    const known = new Map(this._entries?.map(entry => [entry.name, entry]));
    this._failure = null;
    this._entries = names.map(
      name =>
        known.get(name) ?? {
          name,
          expanded: false,
          secrets: null,
          failure: null
        }
    );
    void this._recovery.stop();
    this.stateChanged.emit();
  }

  private _fail(error: SecretsError): void {
    this._failure = error;
    const mayPass = error.kind === 'locked' || error.kind === 'noConnection';
    if (mayPass && this._isActive) {
      void this._recovery.start();
    } else {
      void this._recovery.stop();
    }
    this.stateChanged.emit();
  }

  /** List the secrets of the open scopes, or of all while a filter looks everywhere. */
  private async _loadShown(): Promise<void> {
    const shown = this._entries?.filter(e => e.expanded || this._query) ?? [];
    await this._loadInTurn(shown);
  }

  /** A filter also looks into scopes that were never opened. */
  private async _loadUnknown(): Promise<void> {
    if (this._isSearching) {
      return;
    }
    this._isSearching = true;
    try {
      await this._loadInTurn(
        this._entries?.filter(e => !e.secrets && !e.failure) ?? []
      );
    } finally {
      this._isSearching = false;
    }
  }

  /** One by one: hundreds of scopes at once would hold up the notebook's requests. */
  private async _loadInTurn(entries: readonly IScopeEntry[]): Promise<void> {
    const generation = this._generation;
    for (const entry of entries) {
      if (generation !== this._generation || this.isDisposed) {
        return;
      }
      await this._load(entry.name);
    }
  }

  private async _load(scope: string): Promise<void> {
    await this._track(async () => {
      try {
        const secrets = await this._client.listSecrets(scope);
        this._update(scope, { secrets, failure: null });
      } catch (error) {
        this._loadFailed(scope, error as SecretsError);
      }
    });
  }

  /** One scope may be closed to us; anything else is about all of them. */
  private _loadFailed(scope: string, error: SecretsError): void {
    if (error.kind === 'refused') {
      this._update(scope, { secrets: null, failure: error });
    } else {
      this._fail(error);
    }
  }

  private _update(scope: string, change: Partial<IScopeEntry>): void {
    this._entries =
      this._entries?.map(entry =>
        entry.name === scope ? { ...entry, ...change } : entry
      ) ?? null;
    this.stateChanged.emit();
  }

  private async _track(work: () => Promise<void>): Promise<void> {
    this._pending++;
    this.stateChanged.emit();
    try {
      await work();
    } finally {
      this._pending--;
      this.stateChanged.emit();
    }
  }

  private _copied: ISelection | null = null;
  private _copiedTimer = 0;
  private _entries: readonly IScopeEntry[] | null = null;
  private _failure: SecretsError | null = null;
  private _generation = 0;
  private _isActive = false;
  private _isSearching = false;
  private _pending = 0;
  private _query = '';
  private _recovery: Poll;
  private _selection: ISelection | null = null;
  private _wantsFocus = false;
}

/** The entry as the filter shows it: whole if its name matches, else its matching secrets. */
function match(entry: IScopeEntry, query: string): IScopeEntry[] {
  if (entry.name.toLowerCase().includes(query)) {
    return [entry];
  }
  const secrets = (entry.secrets ?? []).filter(secret =>
    secret.key.toLowerCase().includes(query)
  );
  return secrets.length ? [{ ...entry, expanded: true, secrets }] : [];
}

function isSame(one: ISelection | null, other: ISelection | null): boolean {
  return one?.scope === other?.scope && one?.key === other?.key;
}
