import { MenuSvg } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import { SecretsModel } from './model';
import { CommandIDs } from './tokens';

/** What can be done with a secret, in groups: use it, change it, look back, delete it. */
const SECRET_MENU: readonly (readonly string[])[] = [
  [CommandIDs.insertCode, CommandIDs.copyCode, CommandIDs.copyReference],
  [CommandIDs.revealValue, CommandIDs.copyValue],
  [CommandIDs.replaceValue, CommandIDs.editDetails],
  [CommandIDs.showVersions, CommandIDs.showActivity],
  [CommandIDs.deleteSecret]
];

const SCOPE_MENU: readonly (readonly string[])[] = [
  [CommandIDs.addSecret],
  [CommandIDs.editPermissions, CommandIDs.showActivity],
  [CommandIDs.restoreDeleted],
  [CommandIDs.deleteScope]
];

/** The menus of the list's rows; they act on the selected one. */
export interface IRowMenus {
  /** Open the one for what is selected, below an element of its row. */
  readonly openMenu: (below: HTMLElement) => void;
  readonly dispose: () => void;
}

export function createRowMenus(
  commands: CommandRegistry,
  model: SecretsModel
): IRowMenus {
  const secretMenu = createMenu(commands, SECRET_MENU);
  const scopeMenu = createMenu(commands, SCOPE_MENU);
  const openMenu = (below: HTMLElement) => {
    const menu = model.selection?.key ? secretMenu : scopeMenu;
    const row = below.closest<HTMLElement>('[role=treeitem]');
    const { left, bottom } = below.getBoundingClientRect();
    // A menu takes the keyboard, and gives it back to nobody.
    const giveBack = () => {
      menu.aboutToClose.disconnect(giveBack);
      row?.focus({ preventScroll: true });
    };
    menu.aboutToClose.connect(giveBack);
    menu.open(below === row ? left + 28 : left, bottom);
  };
  return {
    openMenu,
    dispose: () => {
      secretMenu.dispose();
      scopeMenu.dispose();
    }
  };
}

function createMenu(
  commands: CommandRegistry,
  groups: readonly (readonly string[])[]
): Menu {
  const menu = new MenuSvg({ commands });
  groups.forEach((group, index) => {
    if (index > 0) {
      menu.addItem({ type: 'separator' });
    }
    group.forEach(command =>
      menu.addItem({ command, args: { inScope: true } })
    );
  });
  return menu;
}
