Console.WriteLine("usage: Signals.Bench compare|micro");
