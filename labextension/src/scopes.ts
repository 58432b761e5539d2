import { ISignal, Signal } from '@lumino/signaling';

import { ISecret, ISecretsClient, ISelection, SecretsError } from './tokens';

/** A scope in the list. Its secrets are null until somebody looked inside. */
export interface IScopeEntry {
  readonly name: string;
  readonly expanded: boolean;
  readonly secrets: readonly ISecret[] | null;
  readonly failure: SecretsError | null;
}

/** The scopes and what is in them, as far as the server was asked. */
export class ScopeList {
  constructor(private readonly _client: ISecretsClient) {}

  /** Emitted when anything below is another than before. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The scopes that match the filter, or null before the first answer. */
  get shown(): readonly IScopeEntry[] | null {
    const { _entries: entries, _query: query } = this;
    return entries && query ? entries.flatMap(e => match(e, query)) : entries;
  }

  /** The names of all scopes, or null before the first answer. */
  get names(): readonly string[] | null {
    return this._entries?.map(entry => entry.name) ?? null;
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
    this._changed.emit();
    if (this._query) {
      void this._loadUnknown();
    }
  }

  /** The secret of that name, if it was listed. */
  find({ scope, key }: ISelection): ISecret | null {
    const entry = this._entries?.find(({ name }) => name === scope);
    return entry?.secrets?.find(secret => secret.key === key) ?? null;
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

  /** Open or close a scope. */
  async setExpanded(scope: string, expanded: boolean): Promise<void> {
    this._update(scope, { expanded });
    if (expanded) {
      await this.load(scope);
    }
  }

  /** List the secrets of a scope. */
  async load(scope: string): Promise<void> {
    await this._track(async () => {
      try {
        const secrets = await this._client.listSecrets(scope);
        this._update(scope, { secrets, failure: null });
      } catch (error) {
        this._loadFailed(scope, error as SecretsError);
      }
    });
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
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
    this._changed.emit();
  }

  private _fail(error: SecretsError): void {
    this._failure = error;
    this._changed.emit();
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
      if (generation !== this._generation || this._isDisposed) {
        return;
      }
      await this.load(entry.name);
    }
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
    this._changed.emit();
  }

  private async _track(work: () => Promise<void>): Promise<void> {
    this._pending++;
    this._changed.emit();
    try {
      await work();
    } finally {
      this._pending--;
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private _entries: readonly IScopeEntry[] | null = null;
  private _failure: SecretsError | null = null;
  private _generation = 0;
  private _isDisposed = false;
  private _isSearching = false;
  private _pending = 0;
  private _query = '';
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
