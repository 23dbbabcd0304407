// Jest decorates the console, which makes captured output unreadable: put Node's own back.
import console from 'node:console'

globalThis.console = console
