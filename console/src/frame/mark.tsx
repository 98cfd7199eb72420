/** A path that winds out of sight. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="mark-ground" />
      <path d="M9 27.500c0-7 14-5.500 14-12S12.500 11.500 15.500 5" className="mark-path" />
    </svg>
  );
}
