using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>Gives one of the keys of a sequence's events as bytes.</summary>
internal delegate ReadOnlySpan<byte> ServedKeys(in ServedSequence sequence);
