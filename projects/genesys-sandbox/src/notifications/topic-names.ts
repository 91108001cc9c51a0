/**
 * Topics that Genesys Cloud knows, without their `v2.`; `{id}` stands for one or several ids. The sandbox accepts
 * subscriptions to all of them. Its contact centre sends events of some of them.
 */
export const TOPIC_NAMES: readonly string[] = `
  analytics.conversation.{id}.metrics analytics.conversations.details.jobs.availability
  analytics.flow.{id}.aggregates analytics.flow.{id}.metrics analytics.flowoutcome.{id}.aggregates
  analytics.queues.{id}.activity analytics.queues.{id}.observations analytics.users.details.jobs.availability
  analytics.users.{id}.aggregates analytics.wrapup.{id}.aggregates architect.dependencytracking.build
  architect.prompts.{id} architect.prompts.{id}.resources.{id} architect.systemprompts.{id}.resources.{id}
  audits.entitytype.{id}.entityid.{id} bot.conversation.{id}.conversations.summaries
  businessunits.{id}.workforcemanagement.intraday contentmanagement.documents.{id}
  contentmanagement.workspaces.{id}.documents conversations.{id}.transcription
  detail.events.collaboratechat.adhoc.{id}.messages detail.events.collaboratechat.group.{id}.messages
  detail.events.conversation.{id}.acd.end detail.events.conversation.{id}.acd.start
  detail.events.conversation.{id}.acw detail.events.conversation.{id}.attributes
  detail.events.conversation.{id}.contact detail.events.conversation.{id}.customer.end
  detail.events.conversation.{id}.customer.start detail.events.conversation.{id}.flow.end
  detail.events.conversation.{id}.flow.outcome detail.events.conversation.{id}.flow.start
  detail.events.conversation.{id}.outbound detail.events.conversation.{id}.user.end
  detail.events.conversation.{id}.user.start detail.events.conversation.{id}.voicemail.end
  detail.events.conversation.{id}.voicemail.start detail.events.conversation.{id}.wrapup
  employeeperformance.externalmetrics.definitions externalcontacts.contacts.{id}
  externalcontacts.contacts.{id}.journey.segments externalcontacts.contacts.{id}.journey.sessions
  externalcontacts.contacts.{id}.notes.{id} externalcontacts.contacts.{id}.unresolved
  externalcontacts.organizations.{id} externalcontacts.organizations.{id}.notes.{id}
  externalcontacts.relationships.{id} flows.instances.flow.{id} flows.outcomes.{id} flows.{id}
  gamification.scorecards.users.{id} groups.{id}.greetings integrations.inbound.webhook.{id}.invocation
  journey.sessions.{id}.action.events journey.sessions.{id}.app.events journey.sessions.{id}.outcome.events
  journey.sessions.{id}.web.events managementunits.{id}.workforcemanagement.intraday operations.events.{id}
  outbound.attemptlimits.{id} outbound.callabletimesets.{id} outbound.campaignrules.{id} outbound.campaigns.{id}
  outbound.campaigns.{id}.progress outbound.campaigns.{id}.stats outbound.contactlistfilters.{id}
  outbound.contactlists.{id} outbound.contactlists.{id}.importstatus outbound.dnclists.{id}
  outbound.dnclists.{id}.importstatus outbound.email.campaigns.contact.postContact
  outbound.email.campaigns.contact.preContact outbound.emailcampaigns.{id} outbound.emailcampaigns.{id}.progress
  outbound.importtemplates.{id}.importstatus outbound.messaging.campaigns.contact.postContact
  outbound.messaging.campaigns.contact.preContact outbound.messagingcampaigns.{id}
  outbound.messagingcampaigns.{id}.progress outbound.responsesets.{id} outbound.rulesets.{id}
  outbound.schedules.campaigns.{id} outbound.schedules.sequences.{id} outbound.sequences.{id} outbound.settings
  outbound.whatsapp.campaigns.contact.postContact outbound.whatsapp.campaigns.contact.preContact
  outbound.whatsappcampaigns.{id} outbound.whatsappcampaigns.{id}.progress outbound.wrapupcodemappings.{id}
  quality.evaluations routing.queues.{id}.conversations routing.queues.{id}.conversations.callbacks
  routing.queues.{id}.conversations.calls routing.queues.{id}.conversations.chats
  routing.queues.{id}.conversations.cobrowseSessions routing.queues.{id}.conversations.emails
  routing.queues.{id}.conversations.messages routing.queues.{id}.conversations.screenshares
  routing.queues.{id}.conversations.socialexpressions routing.queues.{id}.conversations.videos
  routing.queues.{id}.users speechandtextanalytics.conversation.{id}.empathy
  speechandtextanalytics.conversation.{id}.sentiment speechandtextanalytics.conversation.{id}.topics
  speechandtextanalytics.programs.general.jobs.{id} speechandtextanalytics.programs.publishjobs.{id}
  speechandtextanalytics.programs.topiclinks.jobs.{id} speechandtextanalytics.reprocessing.jobs.{id}
  speechandtextanalytics.topics.publishjobs.{id} subscription.updated system.no_longer_subscribed.{id}
  system.socket_closing system.token_revoked.{id} system.{id}.{id} taskmanagement.workitems.queues.{id}
  taskmanagement.workitems.users.{id} taskmanagement.workitems.{id} telephony.providers.edges.phones.{id}
  telephony.providers.edges.trunks.{id} telephony.providers.edges.trunks.{id}.metrics
  telephony.providers.edges.{id} telephony.providers.edges.{id}.logicalinterfaces
  telephony.providers.edges.{id}.metrics telephony.providers.edges.{id}.softwareupdate users.{id}.activity
  users.{id}.alerting.alerts users.{id}.alerting.heartbeat.alerts users.{id}.alerting.heartbeat.rules
  users.{id}.alerting.interactionstats.alerts users.{id}.alerting.interactionstats.rules users.{id}.alerting.rules
  users.{id}.analytics.reporting.exports users.{id}.badges.chats users.{id}.callforwarding
  users.{id}.conversations users.{id}.conversations.callbacks users.{id}.conversations.calls
  users.{id}.conversations.chats users.{id}.conversations.cobrowseSessions users.{id}.conversations.emails
  users.{id}.conversations.inbound.typing.event users.{id}.conversations.messages
  users.{id}.conversations.screenshares users.{id}.conversations.socialexpressions
  users.{id}.conversations.summaries users.{id}.conversations.summaries.settings.preview
  users.{id}.conversations.videos users.{id}.conversations.{id}.recordings
  users.{id}.conversations.{id}.recordings.{id} users.{id}.conversationsummary
  users.{id}.employeeengagement.celebrations users.{id}.fax.documents users.{id}.geolocation users.{id}.greetings
  users.{id}.integrationpresence users.{id}.outbound.contactlists.{id}.export
  users.{id}.outbound.dnclists.{id}.export users.{id}.outofoffice users.{id}.persistentconnection
  users.{id}.presence users.{id}.recordings users.{id}.routingStatus users.{id}.station users.{id}.tokens
  users.{id}.userrecordings users.{id}.voicemail.messages users.{id}.wem.coaching.notification
  users.{id}.wem.learning.assignment users.{id}.workforcemanagement.adherence
  users.{id}.workforcemanagement.adherence.explanations.jobs
  users.{id}.workforcemanagement.adherence.historical.bulk users.{id}.workforcemanagement.alternative.shift.jobs
  users.{id}.workforcemanagement.historicaladherencequery
  users.{id}.workforcemanagement.integrations.hris.timeofftypes.jobs users.{id}.workforcemanagement.notifications
  users.{id}.workforcemanagement.performanceprediction.schedules.recalculations
  users.{id}.workforcemanagement.schedules users.{id}.workforcemanagement.shrinkage.jobs
  users.{id}.workforcemanagement.timeoffbalance.jobs users.{id}.workforcemanagement.timeoffrequests
  video.conferences.{id} webdeployments.configurations.{id} webdeployments.deployments.{id}
  webmessaging.deployments.{id}.undelivered.messages wem.learning.assignments.modules.{id}
  workflows.{id}.conversations.inbound.typing.event workforcemanagement.agents
  workforcemanagement.agents.{id}.adherence.explanations workforcemanagement.businessunits.{id}.activityplans.jobs
  workforcemanagement.businessunits.{id}.activityplans.runs.jobs
  workforcemanagement.businessunits.{id}.adherence.explanations
  workforcemanagement.businessunits.{id}.capacityplans.{id}.staffingrequirements
  workforcemanagement.businessunits.{id}.forecasts.staffingrequirement
  workforcemanagement.businessunits.{id}.schedules workforcemanagement.businessunits.{id}.scheduling.runs
  workforcemanagement.businessunits.{id}.shorttermforecasts
  workforcemanagement.businessunits.{id}.shorttermforecasts.copy
  workforcemanagement.businessunits.{id}.shorttermforecasts.generate
  workforcemanagement.businessunits.{id}.shorttermforecasts.import
  workforcemanagement.businessunits.{id}.workplanbids.{id} workforcemanagement.historicaldata.delete.jobs
  workforcemanagement.historicaldata.deletejob workforcemanagement.historicaldata.status
  workforcemanagement.managementunits.{id} workforcemanagement.managementunits.{id}.adherence
  workforcemanagement.managementunits.{id}.agents.sync workforcemanagement.managementunits.{id}.schedules
  workforcemanagement.managementunits.{id}.shifttrades.state.bulk
  workforcemanagement.performanceprediction.schedules.{id} workforcemanagement.teams.{id}.adherence
  workforcemanagement.users.{id}.schedules.query workforcemanagement.users.{id}.schedules.search
`
  .trim()
  .split(/\s+/);
