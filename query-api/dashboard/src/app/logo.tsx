export function Logo() {
  return (
    <span className="flex items-center gap-2.5 font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-7" aria-hidden>
        <rect width="32" height="32" rx="8" fill="#3b4cca" />
        <path d="M8 21.5 13 15l4.2 4L24 9.5" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" />
        <circle cx="24" cy="9.5" r="2.6" fill="#7ee0c0" />
      </svg>
      Prompt Manage
    </span>
  );
}
