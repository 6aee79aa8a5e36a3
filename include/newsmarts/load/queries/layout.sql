SELECT layout FROM warehouse.about
