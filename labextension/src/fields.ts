import { DOMUtils } from '@jupyterlab/apputils';

/*
 * Plain elements, not React: React copies what is typed into the `value` attribute, where a
 * secret would be part of the page's HTML.
 */

export function createLabel(
  text: string,
  control: HTMLElement
): HTMLLabelElement {
  const label = document.createElement('label');
  label.htmlFor = control.id;
  label.textContent = text;
  return label;
}

/** A sentence below a field that says more about it. */
export function createHint(control: HTMLElement, text: string): HTMLElement {
  const hint = document.createElement('small');
  hint.id = DOMUtils.createDomID();
  hint.textContent = text;
  control.setAttribute('aria-describedby', hint.id);
  return hint;
}

export function createInput(
  type: 'text' | 'password' | 'date'
): HTMLInputElement {
  const input = createControl('input');
  input.type = type;
  return input;
}

/** A checkbox in the label that says what it is for. */
export function createCheck(
  label: string,
  input: HTMLInputElement
): HTMLLabelElement {
  const line = document.createElement('label');
  input.type = 'checkbox';
  line.className = 'jp-Secrets-check';
  line.append(input, label);
  return line;
}

/** A small button within a form; it submits nothing. */
export function createButton(
  label: string,
  onClick: () => void
): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'jp-Secrets-link';
  button.textContent = label;
  button.addEventListener('click', onClick);
  return button;
}

/** A required field that nobody else remembers, completes or checks the spelling of. */
export function createControl<T extends 'input' | 'textarea'>(
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
export function mark(control: HTMLElement, isWrong: boolean): void {
  if (isWrong) {
    control.setAttribute('aria-invalid', 'true');
  } else {
    control.removeAttribute('aria-invalid');
  }
}
