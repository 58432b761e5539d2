import { LabIcon } from '@jupyterlab/ui-components';

/** The sidebar's key. */
export const keyIcon = new LabIcon({
  name: 'jupyter-secrets:key',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161" fill-rule="evenodd" d="M7.5 7a5 5 0 0 1 4.84 3.75H22v5h-2.5v-2.5h-2v3H15v-3h-2.66A5 5 0 1 1 7.5 7zM7.5 9.75a2.25 2.25 0 1 0 0 4.5 2.25 2.25 0 0 0 0-4.5z"/>
</svg>`
});

/** A closed lock; JupyterLab's own is not in every version that the sidebar runs in. */
export const lockIcon = new LabIcon({
  name: 'jupyter-secrets:lock',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161" fill-rule="evenodd" d="M12 3a4.5 4.5 0 0 1 4.5 4.5V10H18a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 18 21H6a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 6 10h1.5V7.5A4.5 4.5 0 0 1 12 3zm0 2a2.5 2.5 0 0 0-2.5 2.5V10h5V7.5A2.5 2.5 0 0 0 12 5z"/>
</svg>`
});

/** A card with something written on it. */
export const detailsIcon = new LabIcon({
  name: 'jupyter-secrets:details',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161" fill-rule="evenodd" d="M5 4h14a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zm0 2v12h14V6zm2 2h10v2H7zm0 3.5h10v2H7zM7 15h6v2H7z"/>
</svg>`
});

/** An arrow into a cell. */
export const insertIcon = new LabIcon({
  name: 'jupyter-secrets:insert',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161" fill-rule="evenodd" d="M3 5h18v2H3zm0 12h18v2H3z M3 11h9.2L9.6 8.4 11 7l5 5-5 5-1.4-1.4 2.6-2.6H3zm15 0h3v2h-3z"/>
</svg>`
});

/** A circle that is crossed out. */
export const noAccessIcon = new LabIcon({
  name: 'jupyter-secrets:no-access',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161" fill-rule="evenodd" d="M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm0 2a7 7 0 0 0-5.6 11.2L16.2 6.4A7 7 0 0 0 12 5zm5.6 2.8-9.8 9.8A7 7 0 0 0 17.6 7.8z"/>
</svg>`
});

/** An open eye. */
export const eyeIcon = new LabIcon({
  name: 'jupyter-secrets:eye',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161" fill-rule="evenodd" d="M12 5c5 0 9 4.2 10.5 7C21 14.800 17 19 12 19S3 14.800 1.500 12C3 9.200 7 5 12 5zm0 2c-3.400 0-6.500 2.600-8.200 5 1.700 2.400 4.800 5 8.200 5s6.500-2.600 8.200-5C18.500 9.600 15.400 7 12 7zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6z"/>
</svg>`
});
