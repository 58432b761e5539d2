import { ISignal, Signal } from '@lumino/signaling';

import {
  IScope,
  ISecret,
  ISecretsClient,
  ISelection,
  Permission,
  SecretsError
} from './tokens';

/** A scope in the list. Its secrets are null until somebody looked inside. */
export interface IScopeEntry {
  readonly name: string;
  readonly permission: Permission | null;
  readonly count: number | null;
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
    if (!this._query) {
      return this._entries;
    }
    this._matching ??=
      this._entries?.flatMap(entry =>
        match(entry, this._query, this._folded)
      ) ?? null;
    return this._matching;
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
    const wanted = query.trim().toLowerCase();
    if (wanted === this._query) {
      return;
    }
    this._query = wanted;
    this._folded.clear();
    this._emit();
    if (wanted) {
      void this._loadAll();
    }
  }

  /** The scope of that name, if it was listed. */
  entry(scope: string): IScopeEntry | null {
    return this._entries?.find(({ name }) => name === scope) ?? null;
  }

  /** The secret of that name, if it was listed. */
  find({ scope, key }: ISelection): ISecret | null {
    const secrets = this.entry(scope)?.secrets;
    return secrets?.find(secret => secret.key === key) ?? null;
  }

  /**
   * List the scopes again, and the secrets of those that are open.
   *
   * While there is a filter, which looks into all of them, that is one request.
   */
  async refresh(): Promise<void> {
    const generation = ++this._generation;
    const isWhole = !!this._query;
    await this._track(async () => {
      try {
        const scopes = await this._client.listScopes(isWhole);
        if (generation !== this._generation) {
          return;
        }
        this._isWhole = isWhole;
        this._setScopes(scopes);
      } catch (error) {
        if (generation === this._generation) {
          this._fail(error as SecretsError);
        }
        return;
      }
      if (!isWhole) {
        await this._loadExpanded(generation);
      }
    });
  }

  /** Open or close a scope. */
  async setExpanded(scope: string, expanded: boolean): Promise<void> {
    if (expanded) {
      this._folded.delete(scope);
    } else if (this._query) {
      this._folded.add(scope);
    }
    this._update(scope, { expanded });
    if (expanded && this.entry(scope)?.permission !== null) {
      await this.load(scope);
    }
  }

  /** List the secrets of a scope. */
  async load(scope: string): Promise<void> {
    await this._track(async () => {
      try {
        const secrets = await this._client.listSecrets(scope);
        this._update(scope, { secrets, count: secrets.length, failure: null });
      } catch (error) {
        this._loadFailed(scope, error as SecretsError);
      }
    });
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _setScopes(scopes: readonly IScope[]): void {
    const known = new Map(this._entries?.map(entry => [entry.name, entry]));
    this._failure = null;
    this._entries = scopes.map(scope => {
      const before = known.get(scope.name);
      const kept = scope.permission ? (before?.secrets ?? null) : null;
      return {
        ...scope,
        expanded: before?.expanded ?? false,
        secrets: scope.secrets ?? kept,
        failure: before?.failure ?? null
      };
    });
    this._emit();
  }

  private _fail(error: SecretsError): void {
    this._failure = error;
    this._emit();
  }

  /** One by one: hundreds of scopes at once would hold up the notebook's requests. */
  private async _loadExpanded(generation: number): Promise<void> {
    for (const { name, expanded, permission } of this._entries ?? []) {
      if (generation !== this._generation || this._isDisposed) {
        return;
      }
      if (expanded && permission) {
        await this.load(name);
      }
    }
  }

  /** A filter also looks into scopes that were never opened: once for all of what is typed. */
  private async _loadAll(): Promise<void> {
    if (!this._isWhole && !this._isSearching && this._entries) {
      this._isSearching = true;
      await this.refresh();
      this._isSearching = false;
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
    this._emit();
  }

  private async _track(work: () => Promise<void>): Promise<void> {
    this._pending++;
    this._emit();
    try {
      await work();
    } finally {
      this._pending--;
      this._emit();
    }
  }

  private _emit(): void {
    this._matching = null;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _entries: readonly IScopeEntry[] | null = null;
  private _failure: SecretsError | null = null;
  /** The scopes that were closed while the filter shows what is in them. */
  private readonly _folded = new Set<string>();
  private _generation = 0;
  private _isDisposed = false;
  private _isSearching = false;
  /** Whether the secrets of every scope were listed. */
  private _isWhole = false;
  private _matching: readonly IScopeEntry[] | null = null;
  private _pending = 0;
  private _query = '';
}

/** The entry as the filter shows it: with its matching secrets, or as it is if its name matches. */
function match(
  entry: IScopeEntry,
  query: string,
  folded: ReadonlySet<string>
): IScopeEntry[] {
  const isNamed = entry.name.toLowerCase().includes(query);
  if (isNamed && entry.expanded) {
    return [entry];
  }
  const secrets = (entry.secrets ?? []).filter(secret =>
    secret.key.toLowerCase().includes(query)
  );
  if (secrets.length) {
    return [{ ...entry, expanded: !folded.has(entry.name), secrets }];
  }
  return isNamed ? [entry] : [];
}
