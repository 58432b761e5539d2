import { DOMUtils } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

/**
 * The fields in the body of a dialog.
 *
 * Plain elements, not React: React copies what is typed into the `value` attribute, where a
 * secret would be part of the page's HTML.
 */
export class Form extends Widget {
  constructor() {
    super();
    this.addClass('jp-Secrets-form');
    this._error.className = 'jp-Secrets-formError';
    this._error.setAttribute('role', 'alert');
    this.node.append(this._error);
  }

  addParagraph(text: string): void {
    const paragraph = document.createElement('p');
    paragraph.textContent = text;
    this._add(paragraph);
  }

  /** A line of text of a given form, which the hint describes. */
  addText(label: string, pattern: string, hint: string): HTMLInputElement {
    const input = createInput('text');
    input.pattern = pattern;
    input.title = hint;
    this._add(createLabel(label, input), input, createHint(input, hint));
    return input;
  }

  /** A line of text that may stay empty. */
  addOptionalText(
    label: string,
    text: string,
    maxLength: number
  ): HTMLInputElement {
    const input = createInput('text');
    input.required = false;
    input.maxLength = maxLength;
    input.value = text;
    this._add(createLabel(label, input), input);
    return input;
  }

  /** A day that may stay open, as `2030-12-31`. */
  addOptionalDay(label: string, day: string, hint: string): HTMLInputElement {
    const input = createInput('date');
    input.required = false;
    input.value = day;
    this._add(createLabel(label, input), input, createHint(input, hint));
    return input;
  }

  addCheckbox(label: string, checked: boolean, hint: string): HTMLInputElement {
    const input = document.createElement('input');
    input.id = DOMUtils.createDomID();
    input.type = 'checkbox';
    input.checked = checked;
    const line = createLabel('', input);
    line.className = 'jp-Secrets-check';
    line.append(input, label);
    this._add(line, createHint(input, hint));
    return input;
  }

  addSelect(
    label: string,
    choices: readonly string[],
    chosen: string
  ): HTMLSelectElement {
    const select = document.createElement('select');
    select.id = DOMUtils.createDomID();
    select.append(
      ...choices.map(c => new Option(c, c, c === chosen, c === chosen))
    );
    this._add(createLabel(label, select), select);
    return select;
  }

  /** A secret's value, masked, of one line or several. */
  addValue(label: string, severalLines: string): ValueField {
    this._value = new ValueField(label, severalLines);
    this._add(this._value.node);
    return this._value;
  }

  /** Say why it did not work, or nothing. */
  showError(message: string): void {
    this._error.textContent = message;
  }

  /** Whether every field is filled in well; if not, mark them and go to the first of them. */
  reportValidity(): boolean {
    const fields = Array.from(
      this.node.querySelectorAll<HTMLInputElement>('input, select, textarea')
    );
    fields.forEach(field => mark(field, !field.validity.valid));
    return fields.every(field => field.reportValidity());
  }

  dispose(): void {
    this._value?.clear();
    super.dispose();
  }

  private _add(...children: HTMLElement[]): void {
    const field = document.createElement('div');
    field.className = 'jp-Secrets-field';
    field.append(...children);
    this._error.before(field);
  }

  private readonly _error = document.createElement('div');
  private _value: ValueField | null = null;
}

/** A masked field that takes one line, or several if they are asked for or pasted. */
export class ValueField {
  constructor(label: string, severalLines: string) {
    this._line = createInput('password');
    this._line.addEventListener('paste', event => this._onPaste(event));
    this._lines = createControl('textarea');
    this._lines.className = 'jp-Secrets-lines';
    this._lines.rows = 6;
    this._lines.id = this._line.id;
    this._lines.addEventListener('input', () => this._lockToggle());
    this._control = this._line;

    this._toggle.type = 'checkbox';
    this._toggle.addEventListener('change', () => this._swap());
    const toggle = document.createElement('label');
    toggle.className = 'jp-Secrets-check';
    toggle.append(this._toggle, severalLines);
    // Below the field, so that Tab goes from the field above to this one.
    this.node.append(createLabel(label, this._line), this._line, toggle);
  }

  readonly node = document.createElement('div');

  get value(): string {
    return this._control.value;
  }

  /** Forget what was typed. */
  clear(): void {
    this._line.value = '';
    this._lines.value = '';
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

  /** Keep several lines in their field: the other one would drop the line breaks. */
  private _lockToggle(): void {
    this._toggle.disabled = this._lines.value.includes('\n');
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
    this._lockToggle();
  }

  private _control: HTMLInputElement | HTMLTextAreaElement;
  private readonly _line: HTMLInputElement;
  private readonly _lines: HTMLTextAreaElement;
  private readonly _toggle = document.createElement('input');
}

function createLabel(text: string, control: HTMLElement): HTMLLabelElement {
  const label = document.createElement('label');
  label.htmlFor = control.id;
  label.textContent = text;
  return label;
}

/** A sentence below a field that says more about it. */
function createHint(control: HTMLElement, text: string): HTMLElement {
  const hint = document.createElement('small');
  hint.id = DOMUtils.createDomID();
  hint.textContent = text;
  control.setAttribute('aria-describedby', hint.id);
  return hint;
}

function createInput(type: 'text' | 'password' | 'date'): HTMLInputElement {
  const input = createControl('input');
  input.type = type;
  return input;
}

/** A required field that nobody else remembers, completes or checks the spelling of. */
function createControl<T extends 'input' | 'textarea'>(
  tag: T
): HTMLElementTagNameMap[T] {
  const control = document.createElement(tag);
  control.id = DOMUtils.createDomID();
  control.required = true;
  control.setAttribute('autocapitalize', 'off');
  control.setAttribute(
    'autocomplete',
    tag === 'input' ? 'new-password' : 'off'
  );
  control.spellcheck = false;
  // An empty field is not wrong yet, however it came to be empty.
  control.addEventListener('input', () => {
    const { valid, valueMissing } = control.validity;
    mark(control, !valid && !valueMissing);
  });
  return control;
}

/** Say whether what is in a field is wrong, to people and to screen readers. */
function mark(control: HTMLElement, isWrong: boolean): void {
  if (isWrong) {
    control.setAttribute('aria-invalid', 'true');
  } else {
    control.removeAttribute('aria-invalid');
  }
}
