import { createRoot } from 'react-dom/client';
import { App } from './frame/app.js';
import { startTexts } from './texts/i18n.js';

const root = document.getElementById('polku');
if (root) void startTexts().then((texts) => createRoot(root).render(<App texts={texts} />));
