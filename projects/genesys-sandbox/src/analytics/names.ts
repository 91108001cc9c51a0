// Names that Genesys Cloud knows. The centre has figures for some; the others are valid and yield nothing.

/** Metrics of a conversation aggregate query. */
export const AGGREGATE_METRICS: readonly string[] = `
  nBlindTransferred nBotInteractions nCallbackAttempts nCallbackOverSla nCallbackScheduled nCfcOffered
  nCobrowseSessions nConnected nConsult nConsultTransferred nConversations nError nOffered nOutbound
  nOutboundAbandoned nOutboundAttempted nOutboundConnected nOverSla nStateTransitionError nTakeover nTransferred
  oAudioMessageCount oCallbackServiceLevel oExternalAudioMessageCount oExternalMediaCount oMediaCount oMessageCount
  oMessageSegmentCount oMessageTurn oServiceLevel oServiceTarget oSkillExpressionApplications tAbandon tAcd
  tActiveCallback tActiveCallbackComplete tAcw tAgentResponseTime tAgentVideoConnected tAlert tAnswered
  tAverageAgentResponseTime tAverageCustomerResponseTime tBarging tCallbackAbandon tCallbackConnect
  tCallbackNotReached tCallbackVirtualWait tCfcAbandon tCfcAcd tCfcAnswered tCfcFlowOut tCoaching tCoachingComplete
  tConnected tContacting tDialing tFirstConnect tFirstDial tFirstEngagement tFirstResponse tFlowOut tHandle tHeld
  tHeldComplete tIvr tMonitoring tMonitoringComplete tNotResponding tPark tParkComplete tScreenMonitoring
  tShortAbandon tSnippetRecord tTalk tTalkComplete tTransmitting tUserResponseTime tVoicemail tWait
`
  .trim()
  .split(/\s+/);

/** Dimensions to group and filter conversation aggregates by. */
export const AGGREGATE_DIMENSIONS: readonly string[] = `
  activeRouting activeSkillId addressFrom addressTo agentAssistantId agentBullseyeRing agentOwned agentRank
  agentScore ani assignerId authenticated canonicalExternalContactId conversationId conversationInitiator
  convertedFrom convertedTo customerParticipation deliveryStatus destinationAddress direction disconnectType
  divisionId dnis edgeId eligibleAgentCount errorCode extendedDeliveryStatus externalContactId externalMediaCount
  externalOrganizationId externalTag firstQueue flaggedReason flowInType flowOutType groupId interactionType
  journeyActionId journeyActionMapId journeyActionMapVersion journeyCustomerId journeyCustomerIdType
  journeyCustomerSessionId journeyCustomerSessionIdType knowledgeBaseId mediaCount mediaType messageType
  originatingDirection originatingSocialMediaPublic outboundCampaignId outboundContactId outboundContactListId
  participantName peerId proposedAgentId provider purpose queueId remote removedSkillId requestedLanguageId
  requestedRouting requestedRoutingSkillId roomId routingPriority routingRing routingRule routingRuleType
  scoredAgentId selectedAgentId selectedAgentRank selfServed sessionDnis sessionId skillExpressionId stationId
  teamId usedRouting userId videoPresent waitingInteractionCount wrapUpCode
`
  .trim()
  .split(/\s+/);
