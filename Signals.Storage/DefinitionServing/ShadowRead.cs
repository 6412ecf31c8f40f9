using Signals.Core.DefinitionVersions;

namespace Signals.Storage.DefinitionServing;

/// <summary>A read that was sampled for a shadow: the user, the time, and the two plans to compare. Immutable.</summary>
internal readonly record struct ShadowRead(ShadowDefinition<ServedPlan> Shadow, ServedPlan Served, UserId User, long NowMs);
