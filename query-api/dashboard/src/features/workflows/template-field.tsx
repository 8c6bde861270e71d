import { clsx } from "clsx";
import { Braces } from "lucide-react";
import { createContext, useContext, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { TextArea } from "@/shared/ui/field";
import type { At } from "@/shared/ui/field-faults";
import { Menu, MenuItem, MenuLabel } from "@/shared/ui/menu";
import { complete, completionAt, type Completion, type Reference } from "./completion";
import { references, type Definition, type WorkflowNode } from "./definition";

/** Fields that the input of the node had, where a run has shown them. */
export const InputFields = createContext<readonly Reference[]>([]);

/** A text that may refer to what came before: offered while it is written, and by a menu that puts it where the cursor is. */
export function TemplateField({
  label,
  help,
  at,
  value,
  rows = 3,
  node,
  definition,
  bare = false,
  onChange,
}: {
  label: string;
  help?: ReactNode;
  at?: At;
  value: string;
  rows?: number;
  node: WorkflowNode;
  definition: Definition;
  /** An expression: references stand in it as they are. */
  bare?: boolean;
  onChange: (value: string) => void;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const fields = useContext(InputFields);
  const [offered, setOffered] = useState<(Completion & { active: number }) | null>(null);
  const all = [...references(definition, node.id), ...fields];
  const offer = () => {
    const element = area.current;
    const found = element && element.selectionStart === element.selectionEnd ? completionAt(element.value, element.selectionStart, bare, all) : null;
    setOffered(found && { ...found, active: 0 });
  };
  const put = (text: string, cursor: number) => {
    onChange(text);
    setOffered(null);
    // The new text is there with the next frame, and the cursor behind what was put in.
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(cursor, cursor);
    });
  };
  const take = (reference: string) => {
    if (offered && area.current) {
      const done = complete(area.current.value, area.current.selectionStart, bare, offered, reference);
      put(done.text, done.cursor);
    }
  };
  const insert = (reference: string) => {
    const written = bare ? reference : `{{${reference}}}`;
    const at = area.current?.selectionStart ?? value.length;
    put(value.slice(0, at) + written + value.slice(area.current?.selectionEnd ?? at), at + written.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!offered) {
      return;
    }
    const count = offered.options.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        event.preventDefault();
        setOffered({ ...offered, active: (offered.active + (event.key === "ArrowDown" ? 1 : count - 1)) % count });
        break;
      case "Enter":
        event.preventDefault();
        take(offered.options[offered.active]!.text);
        break;
      case "Escape":
        event.stopPropagation();
        setOffered(null);
        break;
    }
  };
  return (
    <div className="relative">
      <TextArea
        ref={area}
        label={label}
        help={help}
        at={at}
        rows={rows}
        value={value}
        spellCheck={!bare}
        className="min-h-0 font-mono text-xs"
        aria-autocomplete="list"
        aria-controls={offered ? listId : undefined}
        aria-activedescendant={offered ? `${listId}-${offered.active}` : undefined}
        onChange={(event) => {
          onChange(event.target.value);
          offer();
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOffered(null)}
      />
      {offered && (
        <ul
          id={listId}
          role="listbox"
          aria-label="References"
          className="absolute inset-x-0 top-full z-20 mt-1 max-h-56 overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-pop"
        >
          {offered.options.map((option, index) => (
            <li
              key={option.text}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === offered.active}
              className={clsx("flex cursor-pointer items-baseline justify-between gap-3 rounded-lg px-2.5 py-1.5", index === offered.active && "bg-accent-wash")}
              // The text keeps the focus, and with it the cursor.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(option.text)}
            >
              <code className="font-mono text-xs">{option.text}</code>
              <span className="truncate text-xs text-soft">{option.label}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="absolute -top-1 right-0">
        <Menu
          trigger={
            <button type="button" aria-label={`Insert a reference into ${label}`} className="flex items-center gap-1 rounded px-1.5 py-0.5 text-xs font-medium text-accent hover:bg-accent-wash">
              <Braces aria-hidden className="size-3.5" /> Insert
            </button>
          }
        >
          <MenuLabel>What came before</MenuLabel>
          {all.map((reference) => (
            <MenuItem key={reference.text} onSelect={() => insert(reference.text)}>
              <code className="font-mono text-xs">{reference.text}</code>
              <span className="text-xs text-soft">{reference.label}</span>
            </MenuItem>
          ))}
        </Menu>
      </div>
    </div>
  );
}
