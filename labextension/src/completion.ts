import {
  CompletionHandler,
  ICompletionContext,
  ICompletionProvider
} from '@jupyterlab/completer';

import { keyIcon } from './icons';
import { allows, ISecretsClient } from './tokens';

/** What is asked for where the cursor is: a scope, or a key in one. */
export interface IPlace {
  /** The scope that a key is in; null where a scope is asked for. */
  readonly scope: string | null;
  /** What was typed of the name so far. */
  readonly typed: string;
}

const NAME = '[\\w@.\\-]';
const CALL =
  'dbutils\\.secrets\\.(?:get|getBytes|list)\\(\\s*(?:scope\\s*=\\s*)?';
const MAGIC = '^\\s*%secret\\s+(?:get|list|put|delete|delete-scope)\\s+';

/** Each with the typed name last, and before it the scope where a key is asked for. */
const PLACES: readonly RegExp[] = [
  new RegExp(`${CALL}["'](${NAME}*)$`),
  new RegExp(
    `${CALL}(["'])(?<scope>${NAME}+)\\1\\s*,\\s*(?:key\\s*=\\s*)?["'](?<key>${NAME}*)$`
  ),
  new RegExp(`${MAGIC}(${NAME}*)$`),
  new RegExp(`${MAGIC}(?<scope>${NAME}+)\\s+(?<key>${NAME}*)$`),
  new RegExp(`\\{\\{secrets/(${NAME}*)$`),
  new RegExp(`\\{\\{secrets/(?<scope>${NAME}+)/(?<key>${NAME}*)$`)
];

/** What is asked for at the end of a line; null where that is no scope and no key. */
export function placeAt(line: string): IPlace | null {
  for (const place of PLACES) {
    const found = place.exec(line);
    if (found) {
      const { scope = null, key } = found.groups ?? {};
      return { scope, typed: key ?? found[1] };
    }
  }
  return null;
}

/** Completes scopes and keys where `dbutils.secrets`, `%secret` or a reference asks for them. */
export class SecretsCompletion implements ICompletionProvider {
  constructor(private readonly _client: ISecretsClient) {}

  readonly identifier = 'jupyter-secrets:completion';
  /** Above the kernel's and those of the text around: what else is there is not meant here. */
  readonly rank = 1000;
  readonly renderer = null;

  async isApplicable(context: ICompletionContext): Promise<boolean> {
    return context.editor !== null && context.editor !== undefined;
  }

  async fetch(
    request: CompletionHandler.IRequest
  ): Promise<CompletionHandler.ICompletionItemsReply> {
    const { offset, text } = request;
    const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
    const place = placeAt(line);
    const start = offset - (place?.typed.length ?? 0);
    const names = place ? await this._namesAt(place) : [];
    return {
      start,
      end: offset,
      items: names.map(name => ({
        label: name,
        type: place?.scope === null ? 'scope' : 'key',
        icon: keyIcon
      }))
    };
  }

  private async _namesAt({ scope, typed }: IPlace): Promise<string[]> {
    const names = await this._list(scope).catch(() => []); // no place for an error
    const wanted = typed.toLowerCase();
    return names.filter(name => name.toLowerCase().startsWith(wanted));
  }

  private async _list(scope: string | null): Promise<string[]> {
    if (scope !== null) {
      return (await this._client.listSecrets(scope)).map(({ key }) => key);
    }
    const scopes = await this._client.listScopes();
    return scopes
      .filter(({ permission }) => allows(permission, 'READ'))
      .map(({ name }) => name);
  }
}
