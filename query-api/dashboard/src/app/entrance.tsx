import type { ReactNode } from "react";
import { usePageTitle } from "@/shared/ui/title";
import { Logo } from "./logo";

/** Where people are who are not signed in: a form, and on wide screens a picture beside it. */
export function Entrance({ title, subtitle, children }: { title: string; subtitle: string; children: ReactNode }) {
  usePageTitle(title);
  return (
    <main className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <div className="flex items-center justify-center px-5 py-10">
        <div className="w-full max-w-sm">
          <Logo />
          <h1 className="mt-8 text-2xl font-semibold tracking-tight">{title}</h1>
          <p className="mt-1 text-soft">{subtitle}</p>
          {children}
        </div>
      </div>
      <aside className="relative hidden overflow-hidden bg-[#141a3a] text-white lg:block" aria-hidden>
        <svg viewBox="0 0 640 520" className="absolute inset-0 h-full w-full" preserveAspectRatio="xMidYMid slice">
          <defs>
            <linearGradient id="fill" x1="0" y1="0" x2="0" y2="1">
              <stop offset="0" stopColor="#7ee0c0" stopOpacity="0.35" />
              <stop offset="1" stopColor="#7ee0c0" stopOpacity="0" />
            </linearGradient>
          </defs>
          {[120, 200, 280, 360, 440].map((y) => (
            <line key={y} x1="0" x2="640" y1={y} y2={y} stroke="#ffffff" strokeOpacity="0.07" />
          ))}
          <path d="M0 430 C80 420 110 380 170 385 S270 330 330 340 S430 250 490 262 S590 160 640 150 V520 H0Z" fill="url(#fill)" />
          <path d="M0 430 C80 420 110 380 170 385 S270 330 330 340 S430 250 490 262 S590 160 640 150" fill="none" stroke="#7ee0c0" strokeWidth="3" />
          <line x1="0" x2="640" y1="210" y2="210" stroke="#fbbf24" strokeDasharray="6 7" strokeOpacity="0.8" />
        </svg>
        <div className="relative max-w-md px-14 pt-[14vh]">
          <p className="text-3xl leading-snug font-semibold tracking-tight">Every call priced. Every budget watched. Nothing counted twice.</p>
        </div>
      </aside>
    </main>
  );
}
