using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>One user of a directory. Immutable.</summary>
/// <param name="User">The user.</param>
/// <param name="Count">Rows of the user.</param>
/// <param name="Newest">Newest time.</param>
/// <param name="Oldest">Oldest time.</param>
internal readonly record struct DirectoryEntry(UserId User, int Count, long Newest, long Oldest);
