// SPDX-License-Identifier: Apache-2.0
// Markup by htm; components whose properties matter are called by `h`, which checks their types.
import htm from "htm";
import { type ComponentType, h as create, type Key, type VNode } from "preact";

export const html = htm.bind(create) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

/** A component with its properties. Children are a property like any other. */
export const h = create as <P>(component: ComponentType<P> | ((props: P) => VNode | null), props: P & { key?: Key }) => VNode;
