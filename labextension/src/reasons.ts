import { TranslationBundle } from '@jupyterlab/translation';

import { FailureKind } from './tokens';

/** Add to a label, in short, why what it names cannot be done now. */
export function withReason(
  label: string,
  obstacle: FailureKind | null,
  trans: TranslationBundle
): string {
  return obstacle ? `${label} (${reasonOf(obstacle, trans)})` : label;
}

function reasonOf(obstacle: FailureKind, trans: TranslationBundle): string {
  switch (obstacle) {
    case 'missing':
      return trans.__('the server extension is missing');
    case 'locked':
      return trans.__('the store is locked');
    case 'noConnection':
      return trans.__('no connection');
    case 'refused':
      return trans.__('the scopes could not be listed');
  }
}
