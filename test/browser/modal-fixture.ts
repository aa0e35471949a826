import { ComponentType, TextInputStyle, type APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';

/** One of every kind of field that the bot may ask for. */
export const modal: APIModalInteractionResponseCallbackData = {
  custom_id: 'silence:form',
  title: 'Silence this alert',
  components: [
    { type: ComponentType.TextDisplay, content: 'The incident stays open, only **reminders** stop.' },
    {
      type: ComponentType.Label,
      label: 'For how long',
      component: {
        type: ComponentType.RadioGroup,
        custom_id: 'duration',
        options: [
          { value: '1h', label: '1 hour', default: true },
          { value: '4h', label: '4 hours', description: 'Until the next shift' },
        ],
      },
    },
    {
      type: ComponentType.Label,
      label: 'Cluster',
      description: 'Where it is silent',
      component: {
        type: ComponentType.StringSelect,
        custom_id: 'cluster',
        options: [
          { label: 'cluster-a', value: 'cluster-a' },
          { label: 'cluster-b', value: 'cluster-b' },
        ],
      },
    },
    {
      type: ComponentType.Label,
      label: 'Reason',
      component: {
        type: ComponentType.TextInput,
        custom_id: 'reason',
        style: TextInputStyle.Paragraph,
        max_length: 200,
        placeholder: 'Shown to everybody',
      },
    },
    { type: ComponentType.Label, label: 'Tell the others', component: { type: ComponentType.Checkbox, custom_id: 'tell' } },
    {
      type: ComponentType.ActionRow,
      components: [{ type: ComponentType.TextInput, custom_id: 'ticket', label: 'Ticket', style: TextInputStyle.Short, required: false }],
    },
  ],
};
