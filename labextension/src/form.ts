import { DOMUtils } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import {
  createCheck,
  createHint,
  createInput,
  createLabel,
  mark
} from './fields';
import { ValueField } from './valueField';

/** The fields in the body of a dialog. */
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
    const line = createCheck(label, input);
    input.checked = checked;
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
  addValue(label: string, trans: TranslationBundle): ValueField {
    this._value = new ValueField(label, trans);
    this._add(this._value.node);
    return this._value;
  }

  /** Whatever else is shown in the form. */
  addNode(node: HTMLElement): void {
    this._add(node);
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
