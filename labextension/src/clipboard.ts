import { Clipboard } from '@jupyterlab/apputils';

/** How long a copied value stays on the clipboard where it can be cleared, in milliseconds. */
export const CLIPBOARD_TIME = 30_000;

/**
 * Copy a value, and clear the clipboard after a while unless something else is on it by then.
 *
 * Returns whether it will be cleared: the browser has to let us read the clipboard for that.
 */
export async function copyForAWhile(value: string): Promise<boolean> {
  const clipboard = navigator.clipboard as
    typeof navigator.clipboard | undefined;
  if (!clipboard) {
    Clipboard.copyToSystem(value);
    return false;
  }
  await clipboard.writeText(value);
  if (!(await mayRead())) {
    return false;
  }
  window.setTimeout(() => void clear(clipboard, value), CLIPBOARD_TIME);
  return true;
}

/** Whether reading the clipboard asks nobody: a question out of the blue would only puzzle. */
async function mayRead(): Promise<boolean> {
  try {
    // Not every browser knows this permission, and TypeScript's list of names lacks it.
    const name = 'clipboard-read' as PermissionName;
    return (await navigator.permissions.query({ name })).state === 'granted';
  } catch {
    return false;
  }
}

async function clear(
  clipboard: typeof navigator.clipboard,
  value: string
): Promise<void> {
  try {
    if ((await clipboard.readText()) === value) {
      await clipboard.writeText('');
    }
  } catch {
    // A page in the background may not: try again once somebody is back.
    window.addEventListener('focus', () => void clear(clipboard, value), {
      once: true
    });
  }
}
