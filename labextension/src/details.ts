import { TranslationBundle } from '@jupyterlab/translation';

import { IDetails } from './tokens';

/** An annotation of a secret, and whether somebody should act on it. */
export interface IAnnotation {
  readonly text: string;
  readonly isWarning: boolean;
}

/** What there is to say about a secret besides its name and age, the most urgent first. */
export function annotations(
  { comment, expires, isSensitive }: IDetails,
  trans: TranslationBundle,
  now = new Date()
): IAnnotation[] {
  const lines: IAnnotation[] = [];
  if (expires) {
    const isWarning = expires <= now;
    const day = formatDay(expires);
    const text = isWarning
      ? trans.__('Expired on %1', day)
      : trans.__('Expires on %1', day);
    lines.push({ text, isWarning });
  }
  if (!isSensitive) {
    lines.push({ text: trans.__('Not redacted'), isWarning: false });
  }
  if (comment) {
    lines.push({ text: comment, isWarning: false });
  }
  return lines;
}

/** The day of an expiry as a date field takes it; like the command line, in UTC. */
export function toDay(expires: Date | null): string {
  return expires?.toISOString().slice(0, 10) ?? '';
}

/** The moment when a day of a date field begins, null for an empty field. */
export function fromDay(day: string): Date | null {
  return day ? new Date(day) : null;
}

function formatDay(moment: Date): string {
  return moment.toLocaleDateString(undefined, {
    dateStyle: 'medium',
    timeZone: 'UTC'
  });
}
