import { IconButton } from "@/shared/ui/button";
import { NODE_TYPES, TYPE_HELP, TYPE_LABELS, type NodeType } from "./definition";
import { ICONS } from "./node-card";

/** As what a node's type is carried from the palette to the canvas. */
export const DRAGGED = "application/x-prompt-manage-node";

/** The node types at the canvas's edge: a click adds one behind the others, a drag where it is let go. In a low window it scrolls, above the buttons for the zoom. */
export function Palette({ onAdd }: { onAdd: (type: NodeType) => void }) {
  return (
    <ul aria-label="Palette" className="absolute top-3 left-3 z-10 flex max-h-[calc(100%_-_8rem)] flex-col gap-0.5 overflow-x-hidden overflow-y-auto overscroll-contain rounded-xl border border-line bg-surface p-1 shadow-card [scrollbar-width:thin] max-sm:hidden">
      {NODE_TYPES.map((type) => {
        const Icon = ICONS[type];
        return (
          <li key={type}>
            <IconButton
              label={`${TYPE_LABELS[type]}: ${TYPE_HELP[type]}`}
              className="cursor-grab hover:text-accent active:cursor-grabbing"
              draggable
              onDragStart={(event) => {
                event.dataTransfer.setData(DRAGGED, type);
                event.dataTransfer.effectAllowed = "copy";
              }}
              onClick={() => onAdd(type)}
            >
              <Icon aria-hidden />
            </IconButton>
          </li>
        );
      })}
    </ul>
  );
}
