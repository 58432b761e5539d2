import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { Kernel } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { VDomModel, VDomRenderer } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { Debouncer } from '@lumino/polling';
import * as React from 'react';

import { keyIcon, lockIcon } from './icons';
import { CommandIDs, ISecretsClient } from './tokens';

/** So long after a cell has run the server is asked what the kernel holds, in milliseconds. */
const PAUSE = 300;

/** Whether the store is locked, and which secrets the kernel of the current notebook was given. */
export class StatusModel extends VDomModel {
  constructor(
    private readonly _client: ISecretsClient,
    private readonly _notebooks: INotebookTracker
  ) {
    super();
    _notebooks.currentChanged.connect(this._onNotebookChanged, this);
    this._onNotebookChanged();
  }

  get isLocked(): boolean {
    return this._isLocked;
  }

  /** The secrets that the kernel holds, as `scope/key`; null where there is no kernel. */
  get secrets(): readonly string[] | null {
    return this._secrets;
  }

  dispose(): void {
    this._asking.dispose();
    super.dispose();
  }

  private _onNotebookChanged(): void {
    const panel = this._notebooks.currentWidget;
    if (panel !== this._panel) {
      this._panel?.sessionContext?.statusChanged.disconnect(
        this._onStatus,
        this
      );
      this._panel = panel;
      panel?.sessionContext.statusChanged.connect(this._onStatus, this);
      void this._asking.invoke();
    }
  }

  private _onStatus(_: unknown, status: Kernel.Status): void {
    if (status === 'idle' || status === 'dead' || status === 'unknown') {
      void this._asking.invoke();
    }
  }

  /** Reads no secret, and leaves no audit record. */
  private async _ask(): Promise<void> {
    const kernel = this._panel?.sessionContext?.session?.kernel;
    try {
      const { state } = await this._client.status();
      this._isLocked = state === 'locked';
      this._secrets = kernel
        ? await this._client.kernelSecrets(kernel.id)
        : null;
    } catch {
      // The sidebar says what is wrong.
      this._secrets = null;
    }
    this.stateChanged.emit();
  }

  private readonly _asking = new Debouncer(() => this._ask(), PAUSE);
  private _isLocked = false;
  private _panel: NotebookPanel | null = null;
  private _secrets: readonly string[] | null = null;
}

/** The item in the status bar; it leads to the sidebar. */
export class StatusItem extends VDomRenderer<StatusModel> {
  constructor(
    model: StatusModel,
    private readonly _commands: CommandRegistry,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-Secrets-status');
  }

  protected render(): JSX.Element {
    const { isLocked, secrets } = this.model;
    const Icon = isLocked ? lockIcon.react : keyIcon.react;
    return (
      <button
        title={this._title(secrets)}
        onClick={() => void this._commands.execute(CommandIDs.showPanel)}
      >
        <Icon tag="span" />
        <span>{this._text(isLocked, secrets)}</span>
      </button>
    );
  }

  private _text(isLocked: boolean, secrets: readonly string[] | null): string {
    if (isLocked) {
      return this._trans.__('Secrets locked');
    }
    return secrets?.length
      ? this._trans._n('%1 secret', '%1 secrets', secrets.length)
      : this._trans.__('Secrets');
  }

  private _title(secrets: readonly string[] | null): string {
    return secrets?.length
      ? this._trans.__('This kernel was given %1', secrets.join(', '))
      : this._trans.__('Show the secrets');
  }
}
