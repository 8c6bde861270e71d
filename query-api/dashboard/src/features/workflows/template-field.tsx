import { Braces } from "lucide-react";
import { useRef, type ReactNode } from "react";
import { TextArea } from "@/shared/ui/field";
import { Menu, MenuItem, MenuLabel } from "@/shared/ui/menu";
import { references, type Definition, type WorkflowNode } from "./definition";

/** A text that may refer to what came before; the menu puts a reference where the cursor is. */
export function TemplateField({
  label,
  help,
  value,
  rows = 3,
  node,
  definition,
  bare = false,
  onChange,
}: {
  label: string;
  help?: ReactNode;
  value: string;
  rows?: number;
  node: WorkflowNode;
  definition: Definition;
  /** An expression: references stand in it as they are. */
  bare?: boolean;
  onChange: (value: string) => void;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  const insert = (reference: string) => {
    const written = bare ? reference : `{{${reference}}}`;
    const at = area.current?.selectionStart ?? value.length;
    onChange(value.slice(0, at) + written + value.slice(area.current?.selectionEnd ?? at));
  };
  return (
    <div className="relative">
      <TextArea ref={area} label={label} help={help} rows={rows} value={value} className="min-h-0 font-mono text-xs" onChange={(event) => onChange(event.target.value)} />
      <div className="absolute -top-1 right-0">
        <Menu
          trigger={
            <button type="button" aria-label={`Insert a reference into ${label}`} className="flex items-center gap-1 rounded px-1.5 py-0.5 text-xs font-medium text-accent hover:bg-accent-wash">
              <Braces aria-hidden className="size-3.5" /> Insert
            </button>
          }
        >
          <MenuLabel>What came before</MenuLabel>
          {references(definition, node.id).map((reference) => (
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
