import { IAvailability, ICommandContext } from './commandContext';
import { withReason } from './reasons';
import { CommandIDs } from './tokens';

/** What commands that add something have in common: where they cannot, they say why. */
export function adding(
  label: string,
  { model, trans }: ICommandContext
): IAvailability & { caption: () => string } {
  return {
    label: () => withReason(label, model.obstacle, trans),
    caption: () =>
      model.obstacle ? withReason(label, model.obstacle, trans) : '',
    isEnabled: () => model.obstacle === null
  };
}

/** Go to the sidebar, which says what is in the way, and where to unlock the store. */
export async function leadOut({ app, model }: ICommandContext): Promise<void> {
  model.focusUnlock();
  await app.commands.execute(CommandIDs.showPanel);
}
