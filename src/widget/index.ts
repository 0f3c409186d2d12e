export * from './mount-panel.tsx';
