import './dashboard.css';
import {render} from 'preact';
import {App} from './app.tsx';

const root = document.getElementById('dashboard');
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
