import { TranslationBundle } from '@jupyterlab/translation';

import {
  createButton,
  createCheck,
  createControl,
  createHint,
  createInput,
  createLabel,
  mark
} from './fields';
import { decode } from './reveal';
import { describeValue, generateValue, isWeak } from './strength';
import { Value } from './tokens';

/**
 * A masked field that takes one line, or several if they are asked for or pasted.
 *
 * It can also be filled from a file, or with a random value; and an eye shows what is in it.
 */
export class ValueField {
  constructor(
    label: string,
    private readonly _trans: TranslationBundle
  ) {
    this._line = createInput('password');
    this._line.addEventListener('paste', event => this._onPaste(event));
    this._lines = createControl('textarea');
    this._lines.className = 'jp-Secrets-lines';
    this._lines.rows = 6;
    this._lines.id = this._line.id;
    this._control = this._line;
    this._note = createHint(this._line, '');
    this._note.className = 'jp-Secrets-valueNote';
    this._note.setAttribute('role', 'status');
    this._lines.setAttribute('aria-describedby', this._note.id);
    for (const control of [this._line, this._lines]) {
      control.addEventListener('input', () => this._onInput());
    }
    this._toggle.addEventListener('change', () => this._swap());
    this._shows.addEventListener('change', () => this._showOrHide());
    this._file.type = 'file';
    this._file.hidden = true;
    this._file.addEventListener('change', () => void this._onFile());

    const options = document.createElement('div');
    options.className = 'jp-Secrets-valueOptions';
    options.append(
      createCheck(_trans.__('Show'), this._shows),
      createCheck(_trans.__('Several lines'), this._toggle),
      createButton(_trans.__('From a file…'), () => this._file.click()),
      createButton(_trans.__('Generate'), () => this._generate()),
      this._file
    );
    // Below the field, so that Tab goes from the field above to this one.
    this.node.append(
      createLabel(label, this._line),
      this._line,
      this._note,
      options
    );
  }

  readonly node = document.createElement('div');

  /** What was typed; or the bytes of a file that is no text. */
  get value(): Value {
    return this._bytes ?? this._control.value;
  }

  /** Forget what was typed. */
  clear(): void {
    this._line.value = '';
    this._lines.value = '';
    this._file.value = '';
    this._bytes?.fill(0);
    this._bytes = null;
  }

  /** Change between one line and several, and take along what was typed. */
  private _swap(): void {
    const { _control: from } = this;
    const to = this._toggle.checked ? this._lines : this._line;
    to.value = from.value;
    from.value = '';
    from.replaceWith(to);
    this._control = to;
    mark(to, false);
    to.focus();
  }

  /** Put a text into the field that it fits in. */
  private _fill(text: string): void {
    this._takeBytes(null);
    const isLong = text.includes('\n');
    if (isLong !== this._toggle.checked) {
      this._toggle.checked = isLong;
      this._swap();
    }
    this._control.value = text;
    this._control.dispatchEvent(new Event('input', { bubbles: true }));
    this._control.focus();
  }

  private _onInput(): void {
    const { value } = this._control;
    if (value) {
      this._takeBytes(null);
    }
    this._tell(describeValue(value, this._trans), isWeak(value));
    // Keep several lines in their field: the other one would drop the line breaks.
    this._toggle.disabled = value.includes('\n');
  }

  private _tell(note: string, isWarning = false): void {
    this._note.textContent = note;
    this._note.classList.toggle('jp-mod-warning', isWarning);
  }

  private _showOrHide(): void {
    const { checked } = this._shows;
    this._line.type = checked ? 'text' : 'password';
    this._lines.classList.toggle('jp-mod-shown', checked);
  }

  private _generate(): void {
    this._fill(generateValue());
    this._tell(
      this._trans.__('%1 random characters.', this._control.value.length)
    );
  }

  private async _onFile(): Promise<void> {
    const file = this._file.files?.[0];
    if (!file) {
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    this._file.value = '';
    const text = decode(bytes);
    // A line of text drops carriage returns, which a file may need: then its bytes are taken.
    if (text !== null && !/[\r\0]/.test(text)) {
      this._fill(text);
      return;
    }
    this._fill('');
    this._takeBytes(bytes);
    this._tell(
      this._trans.__(
        '%1: %2 bytes, taken as they are.',
        file.name,
        bytes.length
      )
    );
  }

  /** Take bytes in place of what is typed, or none. */
  private _takeBytes(bytes: Uint8Array | null): void {
    this._bytes?.fill(0);
    this._bytes = bytes;
    this._control.required = bytes === null;
    this._control.placeholder = bytes ? this._trans.__('From the file') : '';
  }

  /** A browser drops the line breaks pasted into a password field, which breaks a key file. */
  private _onPaste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text') ?? '';
    if (!/[\r\n]./s.test(text.trim())) {
      return;
    }
    event.preventDefault();
    const { selectionStart, selectionEnd } = this._line;
    this._toggle.checked = true;
    this._swap();
    this._lines.setRangeText(
      text,
      selectionStart ?? 0,
      selectionEnd ?? 0,
      'end'
    );
    this._onInput();
  }

  private _bytes: Uint8Array | null = null;
  private _control: HTMLInputElement | HTMLTextAreaElement;
  private readonly _file = document.createElement('input');
  private readonly _line: HTMLInputElement;
  private readonly _lines: HTMLTextAreaElement;
  private readonly _note: HTMLElement;
  private readonly _shows = document.createElement('input');
  private readonly _toggle = document.createElement('input');
}
