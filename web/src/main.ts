import 'vant/es/style/base.css';
import 'vant/es/overlay/index.css';
import 'vant/es/popup/index.css';
import './style.css';
import { createApp } from 'vue';
import App from './App.vue';
import { startLocale } from './i18n';

startLocale();
createApp(App).mount('#app');
