import { createRoot } from 'react-dom/client';
import { App } from './frame/app.js';

const root = document.getElementById('polku');
if (root) createRoot(root).render(<App />);
