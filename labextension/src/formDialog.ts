import { Dialog } from '@jupyterlab/apputils';

import { Form } from './form';

/** A dialog that asks for something and does it. */
export interface IFormOptions {
  readonly title: string;
  readonly accept: Dialog.IButton;
  readonly focus: string;
  readonly submit: () => Promise<void>;
}

/** Whether the person accepted and it was done. */
export async function open(
  form: Form,
  options: IFormOptions
): Promise<boolean> {
  const result = await new FormDialog(form, options).launch();
  return result.button.accept;
}

/** Where Enter begins a new line, presses a button of the body, or adds what was typed. */
const OWN_ENTER =
  'textarea, .jp-Secrets-form button, .jp-Secrets-adder > input';

/** A dialog whose body is made of fields, or of lines with buttons. */
export class BodyDialog extends Dialog<void> {
  constructor(options: Partial<Dialog.IOptions<void>> & { title: string }) {
    super(options);
    this.addClass('jp-Secrets-dialog');
    // JupyterLab names a dialog only if its body is a text.
    this.node.setAttribute('aria-label', options.title);
  }

  handleEvent(event: Event): void {
    // JupyterLab takes every Enter for its own.
    const isOfBody =
      (event as KeyboardEvent).key === 'Enter' &&
      event.target instanceof HTMLElement &&
      event.target.matches(OWN_ENTER);
    // JupyterLab would disable the button while a field is wrong, and nothing would say which.
    if (!isOfBody && event.type !== 'input') {
      super.handleEvent(event);
    }
  }
}

/** A dialog that stays open, with all that was typed, until what it is for is done. */
class FormDialog extends BodyDialog {
  constructor(
    private readonly _form: Form,
    private readonly _options: IFormOptions
  ) {
    super({
      title: _options.title,
      body: _form,
      buttons: [Dialog.cancelButton(), _options.accept],
      // What can't be undone is never one Enter away.
      defaultButton: _options.accept.displayType === 'warn' ? 0 : 1,
      focusNodeSelector: _options.focus
    });
  }

  resolve(index?: number): void {
    const accepts = index === 1 || (index === undefined && !this._isWarning);
    if (!accepts) {
      super.resolve(index);
    } else if (!this._isSubmitting && this._form.reportValidity()) {
      void this._submit();
    }
  }

  private async _submit(): Promise<void> {
    this._isSubmitting = true;
    this._form.showError('');
    try {
      await this._options.submit();
      super.resolve(1);
    } catch (error) {
      this._form.showError((error as Error).message);
    } finally {
      this._isSubmitting = false;
    }
  }

  private get _isWarning(): boolean {
    return this._options.accept.displayType === 'warn';
  }

  private _isSubmitting = false;
}
