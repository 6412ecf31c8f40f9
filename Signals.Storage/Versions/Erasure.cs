using Signals.Core.Model;

namespace Signals.Storage.Versions;

/// <summary>One erased user: every event of theirs at or before <paramref name="CutoffMs"/> is gone.</summary>
/// <param name="User">Who was erased.</param>
/// <param name="CutoffMs">Newest erased event time, ms since the Unix epoch, inclusive.</param>
internal readonly record struct Erasure(UserId User, long CutoffMs);
