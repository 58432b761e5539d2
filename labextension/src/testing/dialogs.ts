import { Dialog } from '@jupyterlab/apputils';

/** The dialog that was asked for, once it is there. */
export async function opened(): Promise<HTMLElement> {
  for (;;) {
    const dialog = Dialog.tracker.find(widget => widget.isAttached);
    if (dialog) {
      await dialog.ready;
      return dialog.node;
    }
    await new Promise(resolve => setTimeout(resolve));
  }
}

/** Type a text into a field. */
export function type(field: HTMLInputElement, text: string): void {
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Press a button of a dialog. */
export function press(
  dialog: HTMLElement,
  button: 'accept' | 'reject' | 'warn'
): void {
  dialog
    .querySelector<HTMLElement>(`.jp-Dialog-button.jp-mod-${button}`)!
    .click();
}

/** The field with a label. */
export function field(dialog: HTMLElement, label: string): HTMLInputElement {
  const labels = Array.from(dialog.querySelectorAll('label'));
  const found = labels.find(node => node.textContent === label)!;
  return found.htmlFor
    ? dialog.querySelector<HTMLInputElement>(`#${found.htmlFor}`)!
    : found.querySelector('input')!;
}
