using Signals.Core.Serving;

namespace Signals.Storage.DefinitionServing;

/// <summary>A run of a plan, and the fetcher that brings it rows from the store.</summary>
/// <remarks>Thread contract: that of both parts, one thread at a time. Lifetime: reused with its answer or batch.</remarks>
/// <param name="Execution">Chooses the rows.</param>
/// <param name="Fetcher">Fetches them; the run uses no other.</param>
internal sealed record ServedRun(PlanExecution Execution, StoreFetcher Fetcher);
