import { DOMUtils } from '@jupyterlab/apputils';
import {
  defaultRangeExtractor,
  Range,
  useVirtualizer,
  VirtualItem
} from '@tanstack/react-virtual';
import * as React from 'react';

import { SecretsModel } from './model';
import { draggedText, IContext, RowContent } from './rows';
import { findTyped, idOf, moveFrom, Row, selectionOf } from './tree';

/** How high a row is before it was measured, in pixels. */
const ROW_HEIGHT = 28;
const LINE_HEIGHT = 18;

/** How many rows are there beyond those that can be seen. */
const OVERSCAN = 8;

/** After how long without a key a new name is begun, in milliseconds. */
const TYPING_TIME = 700;

/**
 * The scopes and their secrets as a tree of which only the visible rows are in the page.
 *
 * It is one stop of Tab: the selected row, or else the first. The row that has the keyboard stays in
 * the page wherever one scrolls, so that the keyboard is not lost.
 */
export function ScopeTree(props: IContext): JSX.Element {
  const { model, trans } = props;
  const { rows } = model;
  const scroller = React.useRef<HTMLDivElement>(null);
  const [prefix] = React.useState(() => DOMUtils.createDomID());
  const current = React.useMemo(
    () => indexOfSelected(rows, model),
    [rows, model.selection]
  );
  const virtualizer = useVirtualizer({
    count: rows.length,
    estimateSize: index => estimateHeight(rows[index]),
    getItemKey: index => rows[index].id,
    getScrollElement: () => scroller.current,
    overscan: OVERSCAN,
    rangeExtractor: range => withRow(range, current)
  });
  // Before the row takes the keyboard, after which it is wanted no more.
  React.useLayoutEffect(() => {
    if (model.isFocusWanted) {
      virtualizer.scrollToIndex(current, { align: 'auto' });
    }
  });
  const typing = React.useRef({ text: '', time: 0 });
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (handleKey(event, props, typing.current)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div ref={scroller} className="jp-Secrets-content">
      <div
        className="jp-Secrets-list"
        role="tree"
        aria-label={trans.__('Scopes')}
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {virtualizer.getVirtualItems().map(item => (
          <TreeItem
            {...props}
            key={item.key}
            id={`${prefix}-${item.index}`}
            isCurrent={item.index === current}
            isSelected={item.index === current && model.selection !== null}
            item={item}
            measure={virtualizer.measureElement}
            row={rows[item.index]}
            scroller={scroller}
          />
        ))}
      </div>
    </div>
  );
}

function TreeItem(
  props: IContext & {
    readonly id: string;
    readonly isCurrent: boolean;
    readonly isSelected: boolean;
    readonly item: VirtualItem;
    readonly measure: (node: Element | null) => void;
    readonly row: Row;
    readonly scroller: React.RefObject<HTMLDivElement>;
  }
): JSX.Element {
  const { id, isCurrent, isSelected, item, model, row } = props;
  const node = React.useRef<HTMLDivElement>(null);
  const selection = selectionOf(row);
  React.useEffect(() => {
    if (node.current && selection && model.consumeFocus(selection)) {
      node.current.focus({ preventScroll: true });
      scrollTo(node.current, props.scroller.current);
    }
  });
  const select = () => selection && model.select(selection);
  const isScope = row.kind === 'scope';
  return (
    <div
      ref={element => {
        (node as React.MutableRefObject<HTMLDivElement | null>).current =
          element;
        props.measure(element);
      }}
      className={classOf(row, isSelected)}
      data-index={item.index}
      style={{ transform: `translateY(${item.start}px)` }}
      role="treeitem"
      aria-level={isScope ? 1 : 2}
      aria-posinset={row.position}
      aria-setsize={row.size}
      aria-selected={isSelected}
      aria-expanded={isScope ? row.scope.expanded : undefined}
      aria-labelledby={selection ? `${id}-name` : undefined}
      aria-describedby={selection ? `${id}-note ${id}-about` : undefined}
      aria-disabled={selection ? undefined : true}
      tabIndex={isCurrent && selection ? 0 : -1}
      draggable={row.kind === 'secret'}
      onDragStart={event => {
        event.dataTransfer.effectAllowed = 'copy';
        event.dataTransfer.setData('text/plain', draggedText(row) ?? '');
      }}
      onFocus={select}
      onPointerDown={select}
      onClick={() => {
        if (isScope) {
          void model.setExpanded(row.scope.name, !row.scope.expanded);
        }
      }}
    >
      <RowContent {...props} />
    </div>
  );
}

/** Have all of a row in view, as it lies now: the list knows of a new size of its own only later. */
function scrollTo(row: HTMLElement, scroller: HTMLElement | null): void {
  if (!scroller) {
    return;
  }
  const [inner, outer] = [row, scroller].map(each =>
    each.getBoundingClientRect()
  );
  if (inner.top < outer.top) {
    scroller.scrollTop += inner.top - outer.top;
  } else if (inner.bottom > outer.bottom) {
    scroller.scrollTop += inner.bottom - outer.bottom;
  }
}

/** Do what a key means in a tree; return whether it means anything. */
function handleKey(
  event: React.KeyboardEvent,
  { model, openMenu }: IContext,
  typing: { text: string; time: number }
): boolean {
  const { rows } = model;
  // Not the row that was rendered as selected: keys may be faster than that.
  const current = indexOfSelected(rows, model);
  const row = rows[current];
  if (!row || event.ctrlKey || event.metaKey || event.altKey) {
    return false;
  }
  if (event.key === 'Escape' && model.reveal.isShown) {
    model.reveal.hide();
    return true;
  }
  if (event.key === 'Enter' || (event.key === ' ' && !isTyping(typing))) {
    if (row.kind === 'scope') {
      void model.setExpanded(row.scope.name, !row.scope.expanded);
    } else if (event.target instanceof HTMLElement) {
      openMenu(event.target);
    }
    return true;
  }
  const move = moveFrom(rows, current, event.key);
  if (move && 'to' in move) {
    model.focus(move.to);
  } else if (move) {
    void model.setExpanded(move.scope, move.expand);
  } else if (event.key.length === 1) {
    typing.text = isTyping(typing) ? typing.text + event.key : event.key;
    typing.time = Date.now();
    const found = findTyped(rows, current, typing.text);
    if (found) {
      model.focus(found);
    }
  } else {
    // Nothing there to go to is no reason to scroll.
    return event.key.startsWith('Arrow') && !event.shiftKey;
  }
  return true;
}

function isTyping(typing: { text: string; time: number }): boolean {
  return Date.now() - typing.time < TYPING_TIME;
}

/** The index of the selected row, or of the first where there is none. */
function indexOfSelected(
  rows: readonly Row[],
  { selection }: SecretsModel
): number {
  const wanted = selection ? idOf(selection) : '';
  return Math.max(
    rows.findIndex(row => row.id === wanted),
    0
  );
}

/** The rows to have in the page: those in view, and one more. */
function withRow(range: Range, index: number): number[] {
  const shown = defaultRangeExtractor(range);
  return index >= range.count || shown.includes(index)
    ? shown
    : [...shown, index].sort((one, other) => one - other);
}

function estimateHeight(row: Row): number {
  const isLong =
    row.kind === 'secret' &&
    (row.secret.details.comment !== '' ||
      row.secret.details.expires !== null ||
      !row.secret.details.isSensitive);
  return isLong ? ROW_HEIGHT + LINE_HEIGHT : ROW_HEIGHT;
}

function classOf(row: Row, isSelected: boolean): string {
  const isClosed = row.scope.permission === null;
  return [
    'jp-Secrets-row',
    `jp-mod-${row.kind}`,
    ...(isSelected ? ['jp-mod-selected'] : []),
    ...(isClosed ? ['jp-mod-closed'] : [])
  ].join(' ');
}
