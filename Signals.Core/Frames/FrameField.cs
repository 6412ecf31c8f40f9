namespace Signals.Core.Frames;

/// <summary>The UTF-8 name of a field in a frame's map and the column that it fills. Immutable.</summary>
internal readonly record struct FrameField(byte[] Name, int Column);
