using Signals.Storage.Segments;

namespace Signals.Tests.Reliability;

/// <summary>One row of a segment of a crash workload. Immutable.</summary>
internal sealed record CrashPatch(RowMarks Marks, CrashEvent Event);
