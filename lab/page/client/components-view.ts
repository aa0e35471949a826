/** Components V2 and the older action rows. */
import {
  ComponentType,
  SeparatorSpacingSize,
  type APIComponentInContainer,
  type APIComponentInMessageActionRow,
  type APIMessageTopLevelComponent,
  type APISectionComponent,
} from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { buttonView } from './button-view.ts';
import { fileByUrl, galleryView, imageView } from './media-view.ts';
import { markdownView } from './markdown-view.ts';
import type { MessageContext } from './message-context.ts';
import { defaultValues, selectOptions } from './select-options.ts';
import { selectView } from './select.ts';

function componentView(component: APIMessageTopLevelComponent | APIComponentInContainer, context: MessageContext): TemplateResult {
  switch (component.type) {
    case ComponentType.ActionRow:
      return html`<div class="row">${component.components.map((each) => controlView(each, context))}</div>`;
    case ComponentType.Container:
      return html`<div
        class="container"
        .style=${`--accent: ${colour(component.accent_color)}`}
        ?data-accent=${component.accent_color != null}
      >
        ${component.components.map((each) => componentView(each, context))}
      </div>`;
    case ComponentType.Section:
      return sectionView(component, context);
    case ComponentType.TextDisplay:
      return html`<div class="markdown">${markdownView(component.content, context)}</div>`;
    case ComponentType.MediaGallery:
      return galleryView(
        component.items.map((item) => ({ url: item.media.url, description: item.description ?? '', spoiler: item.spoiler ?? false })),
        context,
      );
    case ComponentType.File:
      return fileByUrl(component.file.url, context, component.name);
    default:
      return html`<div
        class="separator ${component.spacing === SeparatorSpacingSize.Large ? 'large' : ''}"
        role=${component.divider === false ? 'presentation' : 'separator'}
      ></div>`;
  }
}

function sectionView(section: APISectionComponent, context: MessageContext): TemplateResult {
  const { accessory } = section;
  return html`<div class="section">
    <div class="section-text">${section.components.map((each) => componentView(each, context))}</div>
    <div class="accessory">
      ${
        accessory.type === ComponentType.Button
          ? buttonView(accessory, context)
          : imageView(
              { url: accessory.media.url, description: accessory.description ?? '', spoiler: accessory.spoiler ?? false },
              context,
              'thumbnail',
            )
      }
    </div>
  </div>`;
}

/** Keyed by id: an edit that puts another button in the same place must not inherit the focus. */
function controlView(control: APIComponentInMessageActionRow, context: MessageContext): TemplateResult {
  if (control.type === ComponentType.Button) {
    const key = 'custom_id' in control ? control.custom_id : 'url' in control ? control.url : control.sku_id;
    return html`${keyed(key, buttonView(control, context))}`;
  }
  const busy = context.scene.state.busy.has(`${context.message.id} ${control.custom_id}`);
  const placeholder = control.placeholder ?? 'Make a selection';
  const settings = {
    name: placeholder,
    placeholder,
    options: selectOptions(control, context.scene),
    chosen: defaultValues(control),
    min: control.min_values ?? 1,
    max: control.max_values ?? 1,
    disabled: control.disabled === true || busy,
    choose: (values: readonly string[]) => void context.act.component(context.message.id, control.custom_id, values),
  };
  return html`${keyed(control.custom_id, selectView(settings))}`;
}

/** A CSS colour from Discord's 24-bit number. */
export function colour(value: number | null | undefined): string {
  return value === null || value === undefined ? 'transparent' : `#${value.toString(16).padStart(6, '0')}`;
}

export function componentsView(context: MessageContext): TemplateResult | typeof nothing {
  const { components } = context.message;
  if (components === undefined || components.length === 0) return nothing;
  return html`<div class="components">${components.map((each) => componentView(each, context))}</div>`;
}
