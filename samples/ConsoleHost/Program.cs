Console.WriteLine("Signals");
