import { clsx } from "clsx";
import { Check } from "lucide-react";
import { DropdownMenu, Popover as RadixPopover } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { isFocusTaken } from "./opener";

const panel = "z-50 rounded-xl border border-line bg-raised shadow-pop animate-[appear_120ms_ease-out]";

/** The page around it stays what it is while it is open: hidden from whoever hears it, it would keep what can have the focus. */
export function Menu({ trigger, children, align = "end" }: { trigger: ReactNode; children: ReactNode; align?: "start" | "end" }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (isFocusTaken()) {
              event.preventDefault();
            }
          }}
          className={clsx(panel, "max-h-[70dvh] max-w-[calc(100vw-1rem)] min-w-48 overflow-y-auto p-1")}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const item =
  "flex items-center gap-2 rounded-lg px-2.5 py-1.5 text-[0.8125rem] outline-none select-none data-highlighted:bg-accent-wash data-disabled:opacity-50";

export function MenuItem({ className, ...rest }: ComponentProps<typeof DropdownMenu.Item>) {
  return <DropdownMenu.Item className={clsx(item, className)} {...rest} />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-soft">{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

export function MenuChoice<T extends string>({
  value,
  onChange,
  options,
}: {
  value: T;
  onChange: (value: T) => void;
  options: { value: T; label: ReactNode }[];
}) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      {options.map((option) => (
        <DropdownMenu.RadioItem key={option.value} value={option.value} className={clsx(item, "pl-8 relative")}>
          <DropdownMenu.ItemIndicator className="absolute left-2.5">
            <Check aria-hidden className="size-4 text-accent" />
          </DropdownMenu.ItemIndicator>
          {option.label}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export function Popover({
  trigger,
  children,
  align = "end",
  open,
  onOpenChange,
  label,
  className,
  isRead = false,
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  label: string;
  className?: string;
  /** Rather read than used: the focus goes to all of it, and not to its first control, whose hint would cover what stands above. */
  isRead?: boolean;
}) {
  return (
    <RadixPopover.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          {...(isRead
            ? {
                onOpenAutoFocus: (event: Event) => {
                  event.preventDefault();
                  (event.currentTarget as HTMLElement).focus();
                },
              }
            : {})}
          className={clsx(panel, "w-80 max-w-[calc(100vw-1rem)] p-4", className)}
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}
