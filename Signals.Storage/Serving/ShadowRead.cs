using Signals.Core.Model;
using Signals.Core.Registry;

namespace Signals.Storage.Serving;

/// <summary>A read that was sampled for a shadow: whose sequence, as of when, by which two plans. Immutable.</summary>
internal readonly record struct ShadowRead(ShadowDefinition<ServedPlan> Shadow, ServedPlan Served, UserId User, long NowMs);
