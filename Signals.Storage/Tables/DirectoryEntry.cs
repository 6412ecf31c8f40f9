namespace Signals.Storage.Tables;

/// <summary>The entry of one user in a directory. Immutable.</summary>
/// <param name="User">The user.</param>
/// <param name="Count">The number of rows of the user.</param>
/// <param name="Newest">The newest time of these rows.</param>
/// <param name="Oldest">The oldest time of these rows.</param>
internal readonly record struct DirectoryEntry(UserId User, int Count, long Newest, long Oldest);
